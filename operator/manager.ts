import { setTimeout as sleep } from 'node:timers/promises';
import { VACATION_APP, type VacationApp } from './api/vacation-app.ts';
import type { Config } from './config.ts';
import { told, type Logger } from './logger.ts';
import { fenced, NotLeaderError, SilenceError, type ApiClient } from './runtime/client/api-client.ts';
import { ApiError, isConflict } from './runtime/client/api-error.ts';
import { Cluster } from './runtime/apply/cluster.ts';
import { systemClock } from './runtime/clock.ts';
import { runController } from './runtime/queue/controller.ts';
import { Drift } from './runtime/apply/drift.ts';
import { EventRecorder } from './runtime/telemetry/events.ts';
import type { Check } from './runtime/telemetry/health.ts';
import { keyOf } from './runtime/client/kinds.ts';
import { LeaderElection } from './runtime/election/leader-election.ts';
import type { ConditionSample, RuntimeMetrics } from './runtime/telemetry/metrics.ts';
import { exponential, WorkQueue } from './runtime/queue/work-queue.ts';
import { createWatching, priorityOf } from './vacation-app/controller.ts';
import { randomText } from './vacation-app/credentials/credentials.ts';
import { FIELD_MANAGER } from './vacation-app/names.ts';
import { createReconcile } from './vacation-app/reconcile.ts';

export interface Operator {
  /** Watches at once, reconciles while it leads; resolves when the signal aborts and all is put down. */
  run(signal: AbortSignal): Promise<void>;
  /** What `/readyz` asks. */
  readonly checks: readonly Check[];
}

export interface OperatorOptions {
  readonly client: ApiClient;
  readonly config: Config;
  readonly metrics: RuntimeMetrics;
  readonly log: Logger;
  /** The time of day. */
  readonly now?: () => Date;
}

/** What is remembered while this process leads, and no longer: another may lead in between, and what was found before proves nothing. */
interface Term {
  readonly queue: WorkQueue;
  readonly drift: Drift;
}

const CONTROLLER = 'vacationapp';
/** A watch hears at least a bookmark a minute; twice that and a half is deaf. */
export const DEAF_MS = 150_000;
const RESYNC_MS = 600_000;

/** The parts of the operator, put together. */
export function createOperator({ client, config, metrics, log, now = () => new Date() }: OperatorOptions): Operator {
  let term: Term | undefined;
  let isReachable = true;
  const election = new LeaderElection(client, {
    namespace: config.leaseNamespace,
    name: config.leaseName,
    identity: config.identity,
    onError: (error) => {
      log.warn('Failed to renew the lease', told(error));
      if (error instanceof ApiError) return;
      if (isReachable && error instanceof SilenceError) reconnect();
      isReachable = false;
    },
    onAnswer: () => {
      if (!isReachable) restartWatches();
      isReachable = true;
    },
  });
  const leadsForMs = (): number => (config.leaderElection ? election.leadsForMs() : Infinity);
  const writer = fenced(client, leadsForMs);
  const { stores, reflectors } = createWatching(client, {
    namespaces: config.watchNamespaces,
    onKey: (key, priority) => term?.queue.add(key, priority),
    onError: (kind, error) => log.warn('Watch failed', { kind: kind.kind, ...told(error) }),
  });
  const recorder = new EventRecorder(writer, {
    component: FIELD_MANAGER,
    instance: config.identity,
    onError: (error) => log.warn('Failed to publish an event', told(error)),
  });
  const queueMetrics = metrics.queue(CONTROLLER, () => term?.queue);
  metrics.leader(
    config.leaseName,
    () => leadsForMs() > 0,
    () => election.slowRenewals,
  );
  metrics.watch(() => reflectors.map(({ kind, silentMs }) => [kind.kind, silentMs]));
  metrics.contested(() => term?.drift.contested ?? 0);
  metrics.conditions(() => conditionsOf(stores.get(VACATION_APP.kind)?.list() as VacationApp[] | undefined));

  /** A renewal that does not come back is also the sign that connections are dead. Once: after that all wait for one that does. */
  function reconnect(): void {
    client.reconnect();
    restartWatches();
  }

  /** At once, without the pause after a failure that one of them may be in. */
  function restartWatches(): void {
    for (const reflector of reflectors) reflector.restart();
  }

  /** Reconciles until the signal aborts; then finishes what is under way. */
  async function reconcileWhile(signal: AbortSignal): Promise<void> {
    const queue = new WorkQueue(exponential(20, 60_000), systemClock, queueMetrics);
    const drift = new Drift({ clock: systemClock, now });
    term = { queue, drift };
    const reconcile = createReconcile({
      cluster: new Cluster(writer, stores, metrics.writes, drift),
      defaults: { webappImage: config.webappImage, mysqlImage: config.mysqlImage },
      publish: (about, note) => recorder.publish(about, note),
      now,
      clock: systemClock,
      random: randomText,
    });
    const enqueueAll = (): void => {
      for (const app of (stores.get(VACATION_APP.kind)?.list() ?? []) as VacationApp[]) {
        queue.add(keyOf(app), priorityOf(app) === 'high' ? 'high' : 'low');
      }
    };
    enqueueAll();
    const resync = setInterval(enqueueAll, RESYNC_MS);
    signal.addEventListener('abort', () => queue.close(), { once: true });
    if (signal.aborted) queue.close();
    await runController(queue, reconcile, {
      name: CONTROLLER,
      workers: config.workers,
      deadlineMs: 60_000,
      metrics: metrics.controller(CONTROLLER, config.workers),
      onError: (key, error) =>
        log[isUsual(error) ? 'debug' : 'error']('Reconciling failed', { app: key, ...told(error) }),
    });
    clearInterval(resync);
    term = undefined;
  }

  /** Leads again and again, until the signal aborts. */
  async function lead(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await election.acquire(signal);
      } catch {
        return;
      }
      log.info('Leading', { lease: config.leaseName, identity: config.identity });
      const term = new AbortController();
      const drained = reconcileWhile(term.signal);
      // The lease is given back only when the last write is done.
      const ended = new AbortController();
      signal.addEventListener('abort', () => term.abort(), { once: true, signal: term.signal });
      void drained.then(() => ended.abort());
      if ((await election.hold(ended.signal)) === 'lost') log.warn('Lost the lease', { lease: config.leaseName });
      term.abort();
      await drained;
    }
  }

  return {
    async run(signal) {
      const watching = reflectors.map((reflector) => reflector.run(signal));
      const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await Promise.race([Promise.all(reflectors.map((reflector) => reflector.synced)), stopped]);
      if (!signal.aborted) {
        log.info('Caches are filled', { apps: stores.get(VACATION_APP.kind)?.size ?? 0 });
        await (config.leaderElection ? lead(signal) : reconcileWhile(signal));
      }
      await Promise.race([Promise.all(watching), sleep(2_000)]);
    },
    checks: [
      {
        name: 'watches',
        fault: () => {
          const deaf = reflectors.filter(({ silentMs }) => silentMs === undefined || silentMs > DEAF_MS);
          return deaf.length === 0 ? undefined : `not hearing of ${deaf.map(({ kind }) => kind.kind).join(', ')}`;
        },
      },
    ],
  };
}

const conditionsOf = (apps: readonly VacationApp[] = []): ConditionSample[] =>
  apps.flatMap(({ metadata: { namespace = '', name }, status }) =>
    (status?.conditions ?? []).map(({ type, status: value }) => ({ namespace, name, type, isTrue: value === 'True' })),
  );

/** Somebody wrote at the same time, or the lease ran late: seen again soon, and nothing that a person should look at. */
const isUsual = (error: unknown): boolean => isConflict(error) || error instanceof NotLeaderError;
