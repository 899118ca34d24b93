import type { CompleteApp } from '../../../api/defaults.ts';
import type { Facts } from '../../facts.ts';
import type { Migration } from '../../tasks/migrate/migration.ts';
import { FACT } from '../../names.ts';
import type { Observed } from '../../observe.ts';
import { podsOf } from '../../pods.ts';
import { hasRun, mysqlPods } from './mysql-pods.ts';

/** What a claim tells of the data on its volume, as annotations; docs/reference-operator.md lists them. */
export type VolumeRecord = Readonly<Record<string, string>>;

const KEYS = [
  FACT.ownerUid,
  FACT.image,
  FACT.revision,
  FACT.update,
  FACT.migrated,
  FACT.schemaVersion,
  FACT.databaseVersion,
] as const;

/**
 * What the claim is to remember. Empty until the first migration is done: before that there is nothing worth keeping on the volume, and a
 * new app costs one write less.
 */
export function volumeRecordOf(
  app: CompleteApp,
  observed: Pick<Observed, 'volumeClaim' | 'statefulSet' | 'pods'>,
  migration: Migration,
  { schemaVersion, databaseVersion }: Pick<Facts, 'schemaVersion' | 'databaseVersion'>,
): VolumeRecord {
  const before = recorded(observed);
  if (!migration.isDone && Object.keys(before).length === 0) return {};
  return {
    ...before,
    [FACT.ownerUid]: app.metadata.uid ?? '',
    ...pinsInUse(observed),
    ...(migration.isDone ? { [FACT.migrated]: migration.name } : {}),
    ...(schemaVersion === undefined ? {} : { [FACT.schemaVersion]: schemaVersion }),
    ...(databaseVersion === undefined ? {} : { [FACT.databaseVersion]: databaseVersion }),
  };
}

/** What it remembers. */
function recorded({ volumeClaim }: Pick<Observed, 'volumeClaim'>): VolumeRecord {
  const annotations = volumeClaim?.metadata?.annotations ?? {};
  return Object.fromEntries(KEYS.flatMap((key) => (annotations[key] === undefined ? [] : [[key, annotations[key]]])));
}

/**
 * The pins of the StatefulSet once MySQL has run with them, and so may have written to the volume in its version's manner: an image that
 * cannot be pulled has not.
 */
function pinsInUse(observed: Pick<Observed, 'volumeClaim' | 'statefulSet' | 'pods'>): VolumeRecord {
  const { metadata, spec, status } = observed.statefulSet ?? {};
  const annotations = metadata?.annotations ?? {};
  if (status?.observedGeneration !== metadata?.generation) return {};
  // Somebody has edited the annotation: the pods are not made with it yet.
  if (spec?.template.spec?.containers.some(({ image }) => image === annotations[FACT.image]) !== true) return {};
  // Asleep, and of an operator that remembered nothing on claims: there was a database on it.
  const hasSlept = podsOf(observed, 'mysql').length === 0 && recorded(observed)[FACT.image] === undefined;
  if (!mysqlPods(observed).current.some(hasRun) && !hasSlept) return {};
  return Object.fromEntries(
    [FACT.image, FACT.revision, FACT.update].flatMap((key) =>
      annotations[key] === undefined ? [] : [[key, annotations[key]]],
    ),
  );
}
