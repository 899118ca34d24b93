import type { V1ContainerStateTerminated, V1Pod } from '@kubernetes/client-node';

/** What the container of a task wrote into its termination message; an image of somebody else's may write anything. */
export type TaskReport = Readonly<Record<string, unknown>>;

/** The report of the first pod that wrote one; empty where there is none. */
export function reportOf(pods: readonly V1Pod[], container: string): TaskReport {
  for (const pod of pods) {
    const { message } = terminated(pod, container) ?? {};
    if (message === undefined) continue;
    try {
      return (JSON.parse(message) ?? {}) as TaskReport;
    } catch {
      return {};
    }
  }
  return {};
}

/** How the container of that name ended. Others may run beside it, which admission webhooks add. */
export const terminated = (pod: V1Pod, container: string): V1ContainerStateTerminated | undefined =>
  pod.status?.containerStatuses?.find(({ name }) => name === container)?.state?.terminated;

/** What tasks report of the database. */
export interface Versions {
  readonly schemaVersion?: string;
  readonly databaseVersion?: string;
}

/** Those in a report that fit an annotation and the status. */
export function versionsOf({ schemaVersion, databaseVersion }: TaskReport): Versions {
  const fits = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 64;
  return {
    ...(fits(schemaVersion) ? { schemaVersion } : {}),
    ...(fits(databaseVersion) ? { databaseVersion } : {}),
  };
}
