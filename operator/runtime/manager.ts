import { setTimeout as sleep } from 'node:timers/promises';
import { DenialLog } from './cache/denial-log.ts';
import { Informers } from './cache/informers.ts';
import { createStores } from './cache/stores.ts';
import type { ApiClient } from './client/api-client.ts';
import { isDenied } from './client/api-error.ts';
import { servedGroups } from './client/discovery.ts';
import type { Kind } from './client/kinds.ts';
import type { Controller } from './queue/controller.ts';
import { ControllerRunner } from './controller-runner.ts';
import type { ManagerState, WatchState } from './manager-state.ts';
import { fenced } from './election/fenced.ts';
import { Leadership } from './election/leadership.ts';
import { EventRecorder } from './telemetry/events.ts';
import type { Check } from './telemetry/health.ts';
import { errorFields, type Logger } from './telemetry/log.ts';
import type { RuntimeMetrics } from './telemetry/metrics.ts';

export interface Manager {
  /** Watches from the start, and reconciles while this process leads. Resolves after the signal has aborted and the work has ended. */
  run(signal: AbortSignal): Promise<void>;
  /** The checks of `/readyz`. */
  readonly checks: readonly Check[];
  readonly state: ManagerState;
}

export interface ManagerOptions {
  readonly client: ApiClient;
  readonly controllers: readonly Controller[];
  /** The namespaces to watch. Empty means all. */
  readonly namespaces: readonly string[];
  /** Advice in the log for a namespace that the API server refuses. */
  readonly denialAdvice: string;
  readonly leaderElection: boolean;
  readonly leaseNamespace: string;
  readonly leaseName: string;
  /** Identifies this process among the others of the component. */
  readonly identity: string;
  /** The source of events. */
  readonly component: string;
  /** How many objects each controller reconciles at the same time. */
  readonly workers: number;
  readonly metrics: RuntimeMetrics;
  readonly log: Logger;
  /** The time of day. */
  readonly now: () => Date;
}

/** A watch receives a bookmark about once a minute. After this much silence it counts as broken. */
export const LONGEST_SILENCE_MS = 150_000;
const SHUTDOWN_MS = 2_000;

/** Runs controllers that share caches, the lease and the connection to the API server. */
export function createManager(options: ManagerOptions): Manager {
  const { client, controllers, metrics, log, identity, component, workers, now } = options;
  const informers = createInformers(options);
  const leadership = createLeadership(options, informers, () => {
    informers.restart();
    // Everything is enqueued, also keys that wait for their backoff. The watches catch up by themselves.
    for (const runner of runners) runner.enqueueAll();
  });
  const writer = fenced(client, () => leadership.leadsForMs());
  const recorder = new EventRecorder(writer, {
    component,
    instance: identity,
    onError: (error) => log.warn('Failed to publish an event', errorFields(error)),
  });
  const publish = recorder.publish.bind(recorder);
  const runners = controllers.map(
    (controller) => new ControllerRunner(controller, { informers, writer, publish, workers, metrics, log, now }),
  );
  const groups = controllers.flatMap((controller) => controller.groups ?? []);
  const known = { isFilled: false, servedGroups: new Set<string>() as ReadonlySet<string> };
  return {
    async run(signal) {
      const watching = informers.run(signal);
      const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      const onError = (error: unknown): void => log.warn('Discovery failed', errorFields(error));
      const discovered = servedGroups(client, groups, { signal, onError });
      await Promise.race([Promise.all([informers.started, discovered]), stopped]);
      if (!signal.aborted) {
        const served = await discovered;
        known.servedGroups = served;
        known.isFilled = true;
        const counts = controllers.map(({ name, kind }) => [name, informers.stores.get(kind.kind)?.size ?? 0]);
        log.info('Caches are filled', { objects: Object.fromEntries(counts) as object });
        const reconcile = async (term: AbortSignal): Promise<void> => {
          await Promise.all(runners.map((runner) => runner.run(served, term)));
        };
        await leadership.run(reconcile, signal);
      }
      await Promise.race([watching, sleep(SHUTDOWN_MS)]);
    },
    checks: [{ name: 'watches', fault: () => watchFault(informers) }],
    state: {
      stores: informers.stores,
      identity,
      get isFilled() {
        return known.isFilled;
      },
      get servedGroups() {
        return known.servedGroups;
      },
      get isLeader() {
        return leadership.leadsForMs() > 0;
      },
      get leader() {
        return leadership.leader;
      },
      get watches() {
        return watchStates(informers);
      },
      get controllers() {
        return runners.map(({ state }) => state);
      },
    },
  };
}

function createInformers({ client, controllers, namespaces, metrics, log, denialAdvice }: ManagerOptions): Informers {
  const watches = controllers.flatMap((controller) => controller.watches);
  const denials = new DenialLog(log, denialAdvice);
  const onError = (kind: Kind, error: unknown, namespace = ''): void => {
    if (namespace !== '' && isDenied(error)) denials.report(namespace, kind, error);
    else log.warn('Watch failed', { kind: kind.kind, ...(namespace && { namespace }), ...errorFields(error) });
  };
  const informers = new Informers(client, createStores(watches, onError), watches, { namespaces, onError });
  metrics.watch(() => informers.expected.map(({ kind, silentMs }) => [kind.kind, silentMs]));
  if (namespaces.length === 0) return informers;
  informers.onSynced((namespace) => log.info('Serving a namespace', { namespace }));
  metrics.namespaces(() =>
    informers.namespaces.map(({ name, isSynced, denial }) => [name, isSynced && denial === undefined]),
  );
  return informers;
}

function createLeadership(options: ManagerOptions, informers: Informers, onRecovery: () => void): Leadership {
  const { client, metrics, log, identity, leaderElection, leaseNamespace, leaseName } = options;
  const leadership = new Leadership(client, {
    isElected: leaderElection,
    namespace: leaseNamespace,
    lease: leaseName,
    identity,
    log,
    onSilence: () => {
      client.reconnect();
      informers.restart();
    },
    onRecovery,
  });
  metrics.leader(
    leaseName,
    () => leadership.leadsForMs() > 0,
    () => leadership.slowRenewals,
  );
  return leadership;
}

const watchStates = ({ namespaces }: Informers): WatchState[] =>
  namespaces.flatMap(({ name, watchers }) =>
    watchers.map(({ kind, silentMs, denial }) => ({
      kind: kind.kind,
      namespace: name,
      silentMs,
      isRefused: denial !== undefined,
    })),
  );

function watchFault({ expected }: Informers): string | undefined {
  const silent = expected.filter(({ silentMs }) => silentMs === undefined || silentMs > LONGEST_SILENCE_MS);
  const kinds = new Set(silent.map(({ kind }) => kind.kind));
  return silent.length === 0 ? undefined : `no watch events for ${[...kinds].join(', ')}`;
}
