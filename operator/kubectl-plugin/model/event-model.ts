import type { CoreV1Event } from '@kubernetes/client-node';
import type { KubeObject } from '../../runtime/client/kinds.ts';

export interface EventModel {
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  /** `Kind/name`. */
  readonly object: string;
  readonly message: string;
  readonly count: number;
  /** The component that tells of it. */
  readonly source: string;
  readonly namespace: string;
  readonly uid: string;
}

/** An event as the API server writes it: times are texts. */
export type LiveEvent = KubeObject & {
  readonly involvedObject: NonNullable<CoreV1Event['involvedObject']>;
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
};

/** The events, the oldest first. */
export function eventModels(events: readonly LiveEvent[]): EventModel[] {
  return events.map(eventModel).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function eventModel(event: LiveEvent): EventModel {
  const { metadata, involvedObject, series, source, reportingComponent } = event;
  const created = metadata.creationTimestamp === undefined ? '' : String(metadata.creationTimestamp);
  return {
    time: series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? created,
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    object: `${involvedObject.kind ?? ''}/${involvedObject.name ?? ''}`,
    message: (event.message ?? '').trim(),
    count: series?.count ?? event.count ?? 1,
    source: source?.component ?? reportingComponent ?? '',
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? metadata.name,
  };
}

/**
 * What Kubernetes adds to the name of a workload when it names what it makes: ReplicaSets and pods of a Deployment, pods of a Job, pods and
 * the claim of a StatefulSet. Exact, so that an app `milky` does not get the events of an app `milky-web`.
 */
const SUFFIXES: Readonly<Record<string, RegExp>> = {
  ReplicaSet: /^web-[a-z0-9]{5,10}$/,
  Pod: /^(web-[a-z0-9]{5,10}-[a-z0-9]{5}|mysql-\d+|(migrate|check)-[a-z0-9]+-[a-z0-9]{5})$/,
  Job: /^(migrate|check)-[a-z0-9]+$/,
};
const CHILD = /^(web|mysql|credentials)$/;

/** Whether an event is about the app or something made for it, also where that is gone. */
export function isOfApp({ involvedObject }: Pick<LiveEvent, 'involvedObject'>, app: string): boolean {
  const { kind = '', name = '' } = involvedObject;
  if (kind === 'VacationApp') return name === app;
  if (kind === 'PersistentVolumeClaim') return name === `data-${app}-mysql-0`;
  if (!name.startsWith(`${app}-`)) return false;
  return (SUFFIXES[kind] ?? CHILD).test(name.slice(app.length + 1));
}
