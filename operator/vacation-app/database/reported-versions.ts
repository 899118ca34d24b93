import type { KubernetesObject } from '@kubernetes/client-node';
import { FACT } from '../names.ts';
import { versionsOf, type Versions } from '../tasks/task-report.ts';

/** The versions that an object's annotations remember. */
export const annotatedVersions = (object: KubernetesObject | undefined): Versions =>
  versionsOf({
    schemaVersion: object?.metadata?.annotations?.[FACT.schemaVersion],
    databaseVersion: object?.metadata?.annotations?.[FACT.databaseVersion],
  });
