import type { ApiClient } from '../../operator/runtime/client/api-client.ts';
import { isConflict, isNotFound } from '../../operator/runtime/client/api-error.ts';
import { runController } from '../../operator/runtime/queue/controller.ts';
import { splitKey, type KubeObject } from '../../operator/runtime/client/kinds.ts';
import { Reflector } from '../../operator/runtime/cache/reflector.ts';
import { Store } from '../../operator/runtime/cache/store.ts';
import { exponential, WorkQueue } from '../../operator/runtime/queue/work-queue.ts';
import { DEPLOYMENT, POD, STATEFUL_SET, VOLUME_CLAIM } from '../../operator/vacation-app/kinds.ts';
import { nextWrite, WORKLOAD_KINDS, type Scene } from '../operator/simulation/workloads.ts';

export interface SimulatedWorkloads {
  /** The Deployments whose pods are all there. */
  available(namespace: string): number;
  stop(): Promise<void>;
}

/**
 * What Kubernetes' controllers and kubelets would say of the workloads, written to a real API server as soon as something changes: volumes are
 * bound, databases and web pods ready, migrations complete.
 */
export async function simulateWorkloads(client: ApiClient, load: () => number = () => 0): Promise<SimulatedWorkloads> {
  const stopping = new AbortController();
  const queue = new WorkQueue(exponential(10, 1_000));
  const stores = new Map<string, Store<KubeObject>>();
  const scene: Scene = {
    get: (kind, namespace, name) => stores.get(kind.kind)?.get(namespace, name),
    load,
    fails: () => false,
    now: () => new Date(),
  };
  const available = new Map<string, Set<string>>();
  const availableIn = (namespace: string): Set<string> => {
    const known = available.get(namespace) ?? new Set();
    available.set(namespace, known);
    return known;
  };
  const reflectors = WORKLOAD_KINDS.map((kind) => {
    const store = new Store<KubeObject>({ onHandlerError: console.error, transform: withoutManagers });
    const add = (object: KubeObject): void => {
      const { namespace = '', name, ownerReferences } = object.metadata;
      queue.add(`${kind.kind}/${namespace}/${name}`);
      // Who waits for this one.
      for (const owner of ownerReferences ?? []) queue.add(`${owner.kind}/${namespace}/${owner.name}`);
      if (kind === DEPLOYMENT) queue.add(`HorizontalPodAutoscaler/${namespace}/${name}`);
      const database = kind === VOLUME_CLAIM ? /^data-(.*)-0$/.exec(name)?.[1] : undefined;
      if (database !== undefined) {
        queue.add(`${STATEFUL_SET.kind}/${namespace}/${database}`);
        queue.add(`${POD.kind}/${namespace}/${database}-0`);
      }
      // A claim that is being deleted goes when its pod has gone.
      if (kind === POD) queue.add(`${VOLUME_CLAIM.kind}/${namespace}/data-${name}`);
    };
    store.onChange(({ before, after }) => {
      const object = after ?? before;
      if (object) add(object);
      if (kind !== DEPLOYMENT) return;
      const { namespace = '', name = '' } = (after ?? before)?.metadata ?? {};
      // Counted as they change: a look at all of them, again and again, takes time from what is measured.
      if (after && nextWrite(after, scene) === undefined) availableIn(namespace).add(name);
      else availableIn(namespace).delete(name);
    });
    stores.set(kind.kind, store);
    return new Reflector(client, store, { kind, namespace: '', onError: () => undefined });
  });

  async function reconcile(key: string): Promise<object> {
    const [kind = '', ...rest] = key.split('/');
    const { namespace, name } = splitKey(rest.join('/'));
    const object = stores.get(kind)?.get(namespace, name);
    const request = object && nextWrite(object, scene);
    if (!request) return {};
    try {
      const written = await client.request<KubeObject>(request);
      stores.get(written.kind ?? '')?.wrote(written);
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
    queue.add(key);
    return {};
  }

  const watching = reflectors.map((reflector) => reflector.run(stopping.signal));
  await Promise.all(reflectors.map(({ synced }) => synced));
  const working = runController(queue, reconcile, {
    workers: 10,
    deadlineMs: 30_000,
    metrics: { reconciled: () => undefined },
    onError: () => undefined,
  });
  return {
    available: (namespace) => availableIn(namespace).size,
    async stop() {
      stopping.abort();
      queue.close();
      await Promise.all([...watching, working]);
    },
  };
}

const withoutManagers = (object: KubeObject): KubeObject => {
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
};
