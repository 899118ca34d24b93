import type { V1Deployment, V1StatefulSet } from '@kubernetes/client-node';
import type { Condition } from '../../../operator/api/conditions.ts';
import { isWarning, stallsLater, REASON, REASONS } from '../../../operator/api/reasons.ts';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { DEPLOYMENT, POD, SECRET, STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { FIELD_MANAGER, HANDOVER_MANAGER, LABEL } from '../../../operator/vacation-app/names.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Place } from './api-model.ts';
import { isRollingOut } from './causes.ts';
import { isOutdated, isRunning } from './database-workload.ts';
import { DATABASE_POD } from './person.ts';
import { credentialsIn, isOurs, type Content } from './volumes.ts';

/** A write of the operator, at the moment when the API server takes it. */
export interface Play {
  readonly request: ApiRequest;
  readonly place: Place;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** The app as the operator has known it while it decided. */
  readonly known: readonly KubeObject[];
  readonly isRefused: boolean;
  /** The volume of the app's name as it is, and what is on it. */
  readonly claim: KubeObject | undefined;
  readonly statefulSet: (KubeObject & V1StatefulSet) | undefined;
  readonly content: Content | undefined;
  /** Nothing has gone wrong so far, and nobody has laid hands on anything. */
  readonly isUndisturbed: boolean;
}

/** What is wrong with a write; undefined for a fair one. */
export function foul(play: Play): string | undefined {
  if (play.isRefused) return foulOfCreation(play);
  return [foulOfCreation, foulOfDeletion, foulOfPod, foulOfSecret, foulOfVolume, foulOfDatabase, foulOfReplicas]
    .map((rule) => rule(play))
    .find((wrong) => wrong !== undefined);
}

const isCreation = ({ body }: ApiRequest): boolean =>
  (body as Partial<KubeObject> | undefined)?.metadata?.resourceVersion === '1';

/** Who has created something knows it at once, however late the watch is; a volume is created by others. */
function foulOfCreation({ request, place, before, isUndisturbed }: Play): string | undefined {
  if (place.plural === VOLUME_CLAIM.plural) return undefined;
  return isUndisturbed && before && isCreation(request) ? 'creates what it has created already' : undefined;
}

/** What holds data or passwords is the garbage collector's to take, or people's. */
function foulOfDeletion({ request, place }: Play): string | undefined {
  const holdsData = place.plural === SECRET.plural || place.plural === VOLUME_CLAIM.plural;
  return holdsData && request.method === 'DELETE' ? `deletes one of the ${place.plural}` : undefined;
}

/** Only MySQL's, where it is outdated and not ready, so that nothing but a deletion replaces it, and only where nobody has kept that to himself. */
function foulOfPod({ request, place, before, statefulSet }: Play): string | undefined {
  if (place.plural !== POD.plural || request.method !== 'DELETE' || !before) return undefined;
  if (statefulSet === undefined || before.metadata.name !== DATABASE_POD) return 'deletes a pod that is not MySQL’s';
  if (isRunning(before)) return 'deletes a pod that is ready';
  if (!isOutdated(before, statefulSet)) return 'deletes a pod that is as declared';
  const isTheirs = statefulSet.spec?.updateStrategy?.type === 'OnDelete';
  return isTheirs ? 'deletes a pod that somebody else restarts' : undefined;
}

/** Credentials are made once for a database, and never changed. */
function foulOfSecret({ place, before, after, content }: Play): string | undefined {
  if (place.plural !== SECRET.plural) return undefined;
  if (before === undefined) {
    const isFair = !after || !content?.credentials || content.credentials === credentialsIn(after);
    return isFair ? undefined : 'makes new credentials for a database that has some';
  }
  const data = (object: KubeObject | undefined): unknown => (object as { data?: unknown } | undefined)?.data;
  return isDeepStrictEqual(data(before), data(after)) ? undefined : 'changes the credentials';
}

/** Somebody else's volume is left as it is. */
function foulOfVolume({ place, before }: Play): string | undefined {
  if (place.plural !== VOLUME_CLAIM.plural || before === undefined || isOurs(before)) return undefined;
  return 'writes to a volume that is not the app’s';
}

/** And is never given to MySQL. */
function foulOfDatabase({ place, after, claim }: Play): string | undefined {
  if (place.plural !== STATEFUL_SET.plural || claim === undefined || isOurs(claim)) return undefined;
  return (replicasOf(after) ?? 0) > 0 ? 'has MySQL started on a volume that is not the app’s' : undefined;
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
  // Where it was ours as well, by a fixed number that was the same, it is handed over within the new bounds.
  const isShared = owners.includes(FIELD_MANAGER);
  if (!isFixed && theirs.length > 0 && !isShared) return `changes replicas, which belong to ${theirs.join(', ')}`;
  return undefined;
}

const replicasOf = (object: KubeObject | undefined): number | undefined =>
  (object as { spec?: { replicas?: number } } | undefined)?.spec?.replicas;

export function ownersOfReplicas({ metadata }: KubeObject): string[] {
  return (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => (fieldsV1 as { 'f:spec'?: object } | undefined)?.['f:spec'] !== undefined)
    .filter(({ fieldsV1 }) => 'f:replicas' in (fieldsV1 as { 'f:spec': object })['f:spec'])
    .map(({ manager }) => manager ?? '');
}

/** What is wrong with what the status says while the operator knows all and has nothing to do. */
export function untruth(
  app: KubeObject & VacationApp,
  deployment: (KubeObject & V1Deployment) | undefined,
  used: Content | undefined,
): string | undefined {
  const ready = app.status?.conditions?.find(({ type }) => type === 'Ready');
  const waits = (app.status?.conditions ?? []).filter(({ type }) => type === 'Stalled' || type === 'Reconciling');
  if (waits.length > 1) return 'says that somebody has to act and that it passes by itself';
  if (ready?.status === 'False') return waits.length === 0 ? NEITHER : untruthOfWait(ready, waits);
  if (ready?.status !== 'True' || app.spec.mode === 'Hibernated') return undefined;
  if (!isServing(deployment)) return 'says Ready=True of web pods that do not serve what is declared';
  if (used === undefined) return undefined;
  const image = deployment?.spec?.template.spec?.containers[0]?.image;
  if (used.migrations.some((migration) => migration.image === image)) return undefined;
  return `says Ready=True over a database without the schema of ${image ?? 'web pods that are not there'}`;
}

const NEITHER = 'says neither that somebody has to act nor that it passes';

/** Whether somebody has to act follows from the reason, which is one of the table. */
function untruthOfWait({ reason }: Condition, waits: readonly Condition[]): string | undefined {
  const kind = (REASONS as Readonly<Record<string, { kind: string }>>)[reason]?.kind;
  if (kind !== 'stalled' && kind !== 'reconciling')
    return `says Ready=False for ${reason}, which is no reason for that`;
  const kinds: string[] = stallsLater(reason) ? ['reconciling', 'stalled'] : [kind];
  const is = waits.some((wait) => kinds.includes(wait.type.toLowerCase()) && wait.reason === reason);
  return is ? undefined : `says Ready=False for ${reason}, and does not say that it is ${kind}`;
}

function isServing(deployment: V1Deployment | undefined): boolean {
  const { metadata, status } = deployment ?? {};
  const isCurrent = status?.observedGeneration === metadata?.generation && !isRollingOut(status);
  return isCurrent && (status?.availableReplicas ?? 0) > 0;
}

/** A few tries, and somewhat longer than that. */
const SILENCE_MS = 20_000;

/** What is wrong with saying nothing of a write that was refused for so long, where nothing else that has a name is the matter. */
export function silence({ status }: VacationApp, refusedMs: number): string | undefined {
  const { conditions = [] } = status ?? {};
  const ready = conditions.find(({ type }) => type === 'Ready');
  const isTold = conditions.some(({ reason }) => reason === REASON.applyFailed) || isWarning(ready?.reason ?? '');
  return isTold || refusedMs < SILENCE_MS ? undefined : 'says nothing of a write that is refused all the time';
}

/**
 * What is wrong with whom the data belong to where they are to be kept: the operator sees to that before anything else, and where it is kept
 * from it, the status does not say that it is so.
 */
export function hold(
  app: KubeObject & VacationApp,
  holders: readonly (KubeObject | undefined)[],
  isHindered: boolean,
): string | undefined {
  if (app.spec.deletionPolicy === 'Delete') return undefined;
  const held = holders.find((object) => object?.metadata.deletionTimestamp === undefined && isOwnedBy(object, app));
  if (held === undefined) return undefined;
  if (!isHindered) return `does not let go of ${held.metadata.name}, which is to be kept`;
  const { deletionPolicy } = app.status?.database ?? {};
  return deletionPolicy === 'Retain' ? `says that ${held.metadata.name} is kept, which goes with the app` : undefined;
}

const isOwnedBy = (object: KubeObject | undefined, { metadata: { uid } }: KubeObject): boolean =>
  object?.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;

/** What is wrong with what the garbage collector takes, by what the status of its owner said when that was deleted. */
export function loss(
  { plural }: Place,
  taken: KubeObject,
  policyOf: (uid: string) => string | undefined,
): string | undefined {
  if (plural !== SECRET.plural && plural !== VOLUME_CLAIM.plural) return undefined;
  const isKept = taken.metadata.ownerReferences?.some(({ uid }) => policyOf(uid) === 'Retain') ?? false;
  return isKept ? `${plural}/${taken.metadata.name} is lost, though the policy in force was Retain` : undefined;
}
