import type { CoreV1Event } from '@kubernetes/client-node';
import { messageOf, REASON } from '../api/reasons.ts';
import type { VacationApp } from '../api/vacation-app.ts';
import type { Cluster } from '../runtime/apply/cluster.ts';
import { ApiError } from '../runtime/client/api-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { EVENT } from './kinds.ts';
import type { Observed } from './observe.ts';
import { podless, type Podless } from './podless.ts';
import type { Trouble } from './status/pod-trouble.ts';

/** Why the API server refuses the pods of a workload, in its own words, by the uid of the workload. */
export type Refusals = ReadonlyMap<string, string>;

export const NO_REFUSALS: Refusals = new Map();

/** On an ordinary start the pod is there sooner. */
const PATIENCE_MS = 10_000;
/** Events are read again this often. A new pod needs no reading: it triggers a reconcile. */
const EVERY_MS = 60_000;
const MOST_EVENTS = 50;
const LONGEST_WORDS = 600;

/** A workload without its pod. Times are of the monotonic clock. */
interface Lack {
  readonly since: number;
  readonly readAt?: number;
  readonly words?: string | undefined;
}

export interface RefusalLook {
  readonly refusals: Refusals;
  readonly nextLookMs: number | undefined;
}

/**
 * Finds out why the workloads of one app get no pods. The controllers of StatefulSets and Jobs report it in events only. The operator does not watch
 * events: it reads them when a pod has been missing for `PATIENCE_MS`, then every `EVERY_MS`.
 */
export class RefusalWatch {
  readonly #clock: Clock;
  /** By the uid of the workload. */
  #lacks: ReadonlyMap<string, Lack> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async look(app: VacationApp, observed: Observed, cluster: Cluster): Promise<RefusalLook> {
    const now = this.#clock.now();
    // An earlier process has reported it already.
    const since = app.status?.conditions?.some(({ reason }) => reason === REASON.podsRejected) ? -Infinity : now;
    const lacks = new Map<string, Lack>();
    for (const each of podless(observed)) {
      const uid = each.object.metadata?.uid ?? '';
      lacks.set(uid, await looked(each, this.#lacks.get(uid) ?? { since }, now, cluster));
    }
    this.#lacks = lacks;
    const dueMs = [...lacks.values()].map(
      ({ since, readAt }) => (readAt ?? since) + (readAt === undefined ? PATIENCE_MS : EVERY_MS) - now,
    );
    return {
      refusals: new Map([...lacks].flatMap(([uid, { words }]) => (words === undefined ? [] : [[uid, words] as const]))),
      nextLookMs: dueMs.length === 0 ? undefined : Math.max(1, Math.min(...dueMs)),
    };
  }
}

async function looked({ object, words }: Podless, lack: Lack, now: number, cluster: Cluster): Promise<Lack> {
  if (now - lack.since < PATIENCE_MS) return lack;
  if (words !== undefined) return { ...lack, readAt: now, words };
  if (lack.readAt !== undefined && now - lack.readAt < EVERY_MS) return lack;
  const { namespace = '', uid = '' } = object.metadata ?? {};
  return { ...lack, readAt: now, words: await refusalOf(uid, namespace, cluster) };
}

/** The newest words about a pod that was refused; undefined where there are none, or the operator may not read them. */
async function refusalOf(uid: string, namespace: string, cluster: Cluster): Promise<string | undefined> {
  const fieldSelector = `involvedObject.uid=${uid},reason=FailedCreate`;
  try {
    const events = await cluster.list<CoreV1Event>(EVENT, namespace, { fieldSelector, limit: MOST_EVENTS });
    const [newest] = events.sort((a, b) => toldAt(b) - toldAt(a));
    return newest?.message?.slice(0, LONGEST_WORDS);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

const toldAt = ({ lastTimestamp, eventTime, metadata }: CoreV1Event): number =>
  new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();

/** The field of the spec with the resources of the pods. */
const RESOURCES = {
  Deployment: 'spec.resources',
  Job: 'spec.jobs.resources',
  StatefulSet: 'spec.database.managed.resources',
} as const;

/** The trouble of a workload whose pods are refused; undefined if none is known. */
export function rejection(
  { refusals }: Pick<Observed, 'refusals'>,
  kind: keyof typeof RESOURCES,
  { metadata }: Podless['object'],
): Trouble | undefined {
  const words = refusals.get(metadata?.uid ?? '');
  if (words === undefined) return undefined;
  const workload = `${kind} ${metadata?.name ?? ''}`;
  const message = messageOf(REASON.podsRejected, { workload, words, field: RESOURCES[kind] });
  return { reason: REASON.podsRejected, message };
}
