import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import type { ApiRequest } from '../../../operator/runtime/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/kinds.ts';
import { DEPLOYMENT, SECRET } from '../../../operator/vacation-app/kinds.ts';
import { FIELD_MANAGER, HANDOVER_MANAGER, LABEL } from '../../../operator/vacation-app/names.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Place } from './api-model.ts';

/** A write of the operator, at the moment when the API server takes it. */
export interface Play {
  readonly request: ApiRequest;
  readonly place: Place;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** The app as the operator has known it while it decided. */
  readonly known: readonly KubeObject[];
  readonly isRefused: boolean;
  /** A database that was made with credentials is, or may be, on the volume. */
  readonly hasDatabase: boolean;
  /** Nothing has gone wrong so far, and nobody has laid hands on anything. */
  readonly isUndisturbed: boolean;
}

/** What is wrong with a write; undefined for a fair one. */
export function foul(play: Play): string | undefined {
  return foulOfCreation(play) ?? (play.isRefused ? undefined : (foulOfSecret(play) ?? foulOfReplicas(play)));
}

const isCreation = ({ body }: ApiRequest): boolean =>
  (body as Partial<KubeObject> | undefined)?.metadata?.resourceVersion === '1';

/** Who has created something knows it at once, however late the watch is. */
function foulOfCreation({ request, before, isUndisturbed }: Play): string | undefined {
  return isUndisturbed && before && isCreation(request) ? 'creates what it has created already' : undefined;
}

/** Credentials are made once, and never changed or taken away. */
function foulOfSecret({ request, place, before, after, hasDatabase }: Play): string | undefined {
  if (place.plural !== SECRET.plural) return undefined;
  if (request.method === 'DELETE') return 'deletes a Secret';
  if (before === undefined) return hasDatabase ? 'makes new credentials for a database that has some' : undefined;
  const data = (object: KubeObject | undefined): unknown => (object as { data?: unknown } | undefined)?.data;
  return isDeepStrictEqual(data(before), data(after)) ? undefined : 'changes the credentials';
}

/** The number of web pods is written by who owns it. */
function foulOfReplicas({ request, place, before, after, known }: Play): string | undefined {
  const written = (request.body as { spec?: { replicas?: number } } | undefined)?.spec?.replicas;
  const isWeb = before?.metadata.labels?.[LABEL.component] !== 'mysql';
  if (place.plural !== DEPLOYMENT.plural || request.method !== 'PATCH' || !isWeb) return undefined;
  const isFixed = (known as VacationApp[]).some(
    ({ spec }) => spec.replicas !== undefined || spec.mode === 'Hibernated',
  );
  const manager = request.query?.fieldManager;
  const was = replicasOf(before);
  const owners = before ? ownersOfReplicas(before) : [];
  const isKept = written === was && owners.includes(FIELD_MANAGER);
  if (written !== undefined && manager === FIELD_MANAGER && !isFixed && !isKept) {
    return 'sets replicas with nothing fixed';
  }
  if (before === undefined || was === undefined || replicasOf(after) === was) return undefined;
  const theirs = owners.filter((owner) => owner !== FIELD_MANAGER && owner !== HANDOVER_MANAGER);
  if (!isFixed && theirs.length > 0) return `changes replicas, which belong to ${theirs.join(', ')}`;
  return undefined;
}

const replicasOf = (object: KubeObject | undefined): number | undefined =>
  (object as { spec?: { replicas?: number } } | undefined)?.spec?.replicas;

function ownersOfReplicas({ metadata }: KubeObject): string[] {
  return (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => (fieldsV1 as { 'f:spec'?: object } | undefined)?.['f:spec'] !== undefined)
    .filter(({ fieldsV1 }) => 'f:replicas' in (fieldsV1 as { 'f:spec': object })['f:spec'])
    .map(({ manager }) => manager ?? '');
}
