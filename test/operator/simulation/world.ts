import type { V1Condition } from '@kubernetes/client-node';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { JOB, SECRET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { jobCondition } from '../../../operator/vacation-app/tasks/jobs.ts';
import { CONTENT, FACT, FIELD_MANAGER, LABEL } from '../../../operator/vacation-app/names.ts';

/** The objects of a kind as they are in every run that ends well, by their names. */
export function plainly(plural: string, objects: readonly KubeObject[]): [string, unknown][] {
  const kept = plural === JOB.plural ? objects.filter(isUnfinished) : objects;
  return kept.map((object) => [`${plural} ${object.metadata.name}`, plain(essence(plural, object))]);
}

/** Where two worlds differ, a line each. */
export function differences(one: unknown, other: unknown, path = ''): string[] {
  const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (!isBranch(one) || !isBranch(other)) {
    return one === other ? [] : [`${path}: ${JSON.stringify(one)} instead of ${JSON.stringify(other)}`];
  }
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].flatMap((name) => differences(one[name], other[name], `${path}/${name}`));
}

/** Whether the difference is that nothing is known of the versions that a migration reports. */
export const isOfVersions = (line: string): boolean =>
  /(schema-version|database-version|database\/version|schemaVersion): undefined instead of/.test(line);

/** Those that have done their work may be gone or not, and are named for the volume. */
const isUnfinished = (job: KubeObject): boolean => !jobCondition(job, 'Complete');

/** Of Secrets which keys they have, of volumes what makes them the app's: passwords are chance, and people make claims as they like. */
function essence(plural: string, object: KubeObject): object {
  if (plural === SECRET.plural) return { ...object, data: Object.keys((object as { data?: object }).data ?? {}) };
  if (plural !== VOLUME_CLAIM.plural) return object;
  const { metadata, spec, ...rest } = object as KubeObject & {
    spec?: { dataSource?: unknown; dataSourceRef?: unknown };
  };
  const { [LABEL.app]: app, [LABEL.managedBy]: managedBy } = metadata.labels ?? {};
  const { dataSource, dataSourceRef, ...claimed } = spec ?? {};
  return { ...rest, spec: claimed, metadata: { ...metadata, labels: { app, isOurs: managedBy === FIELD_MANAGER } } };
}

const FLEETING = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'observedGeneration',
  'creationTimestamp',
  'lastTransitionTime',
  'managedFields',
  'startTime',
  'completionTime',
  // What was corrected, which is nothing where nobody laid hands on anything.
  'drift',
  CONTENT.credentials,
  // Named for the uids of the app and of the volume.
  FACT.ownerUid,
  FACT.migrated,
]);

/** The object without versions, times and uids, nor what others did to it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !FLEETING.has(name) && !isWordy(name, value));
  return Object.fromEntries(kept.map(([name, part]) => [name, plain(part)]));
}

/** What is said of a migration that is done names its Job, or none where that is gone; of a rollout, the template with its passwords. */
const isWordy = (name: string, { type, status }: Partial<V1Condition>): boolean =>
  name === 'message' && ((type === 'SchemaReady' && status === 'True') || type === 'Progressing');
