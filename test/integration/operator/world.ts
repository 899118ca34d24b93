import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig, type V1Deployment } from '@kubernetes/client-node';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { readConfig } from '../../../operator/config.ts';
import { createLogger } from '../../../operator/logger.ts';
import { createOperator } from '../../../operator/manager.ts';
import { createApiClient, type ApiClient } from '../../../operator/runtime/client/api-client.ts';
import { isNotFound } from '../../../operator/runtime/client/api-error.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { createRuntimeMetrics } from '../../../operator/runtime/telemetry/metrics.ts';
import { DEPLOYMENT, EVENT, JOB, POD, STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { FACT, labels } from '../../../operator/vacation-app/names.ts';
import { readCrd } from '../../support/crd.ts';
import { startKubeApiserver, type KubeApiserver, type KubeApiserverOptions } from '../../support/kube-apiserver.ts';

const CRD: Kind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};
const NAMESPACE_KIND: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' };

/** An API server with the CRD, and nothing that runs workloads: the tests say what becomes of those. */
export interface World {
  readonly server: KubeApiserver;
  readonly admin: ApiClient;
  /** A client of its own, as another process would have; with that token instead of the administrator's certificate. */
  client(token?: string, userAgent?: string): ApiClient;
  /** Makes a namespace. */
  namespace(name: string): Promise<Scene>;
  /** Makes one that nobody else looks at. */
  scene(prefix: string): Promise<Scene>;
  stop(): Promise<void>;
}

export async function createWorld(options?: KubeApiserverOptions): Promise<World> {
  const server = await startKubeApiserver(options);
  const client = (token?: string, userAgent?: string): ApiClient => {
    const config = new KubeConfig();
    config.loadFromString(server.kubeconfig);
    if (token !== undefined) config.users = config.users.map(({ name }) => ({ name, token }));
    return createApiClient(config, { ...(userAgent === undefined ? {} : { userAgent }) });
  };
  const admin = client();
  await admin.request({ method: 'POST', path: pathOf(CRD, ''), body: await readCrd() });
  await makeNamespace('vacation-system', admin);
  const list = { method: 'GET', path: pathOf(VACATION_APP, '') } as const;
  await eventually('the CRD is served', () => admin.request(list), Boolean);
  let scenes = 0;
  const world: World = {
    server,
    admin,
    client,
    async namespace(name) {
      await makeNamespace(name, admin);
      return new Scene(world, name);
    },
    scene(prefix) {
      scenes += 1;
      return world.namespace(`${prefix}-${scenes}`);
    },
    stop: () => server.stop(),
  };
  return world;
}

async function makeNamespace(name: string, admin: ApiClient): Promise<void> {
  const body = { ...typeOf(NAMESPACE_KIND), metadata: { name } };
  await admin.request({ method: 'POST', path: pathOf(NAMESPACE_KIND, ''), body });
}

export interface RunningOperator {
  stop(): Promise<void>;
}

/** The operator as `main.ts` puts it together, in this process. */
export function startOperator(
  world: World,
  env: Readonly<Record<string, string>> = {},
  client = world.client(),
): RunningOperator {
  const stop = new AbortController();
  const operator = createOperator({
    client,
    config: readConfig({ LEADER_ELECTION: 'false', WEBAPP_IMAGE: 'webapp:1', MYSQL_IMAGE: 'mysql:1', ...env }),
    metrics: createRuntimeMetrics('vacationapp'),
    log: createLogger(process.env.LOG_LEVEL ?? 'error'),
  });
  const ended = operator.run(stop.signal);
  return {
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

const typeOf = ({ apiVersion, kind }: Kind): { apiVersion: string; kind: string } => ({ apiVersion, kind });

/** One namespace, seen as its users see it. */
export class Scene {
  readonly #admin: ApiClient;
  readonly namespace: string;

  constructor(world: World, namespace: string) {
    this.#admin = world.admin;
    this.namespace = namespace;
  }

  declare(name: string, spec: object, annotations: Record<string, string> = {}): Promise<VacationApp> {
    const metadata = { name, namespace: this.namespace, annotations };
    return this.#admin.request({
      method: 'PATCH',
      path: pathOf(VACATION_APP, this.namespace, name),
      query: { fieldManager: 'test', force: true },
      contentType: 'application/apply-patch+yaml',
      body: { ...typeOf(VACATION_APP), metadata, spec },
    });
  }

  create(kind: Kind, object: object): Promise<KubeObject> {
    const body = { ...typeOf(kind), ...object };
    return this.#admin.request({ method: 'POST', path: pathOf(kind, this.namespace), body });
  }

  async get<T extends KubeObject>(kind: Kind, name: string): Promise<T | undefined> {
    try {
      return await this.#admin.request<T>({ method: 'GET', path: pathOf(kind, this.namespace, name) });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject>(kind: Kind): Promise<T[]> {
    const { items } = await this.#admin.request<{ items: T[] }>({
      method: 'GET',
      path: pathOf(kind, this.namespace),
    });
    return items;
  }

  patch(kind: Kind, name: string, body: object, subresource?: string): Promise<KubeObject> {
    return this.#admin.request({
      method: 'PATCH',
      path: pathOf(kind, this.namespace, name, subresource),
      query: { fieldManager: 'somebody-else' },
      contentType: 'application/merge-patch+json',
      body,
    });
  }

  async remove(kind: Kind, name: string): Promise<void> {
    await this.#admin.request({ method: 'DELETE', path: pathOf(kind, this.namespace, name) });
  }

  app(name: string): Promise<VacationApp | undefined> {
    return this.get<VacationApp>(VACATION_APP, name);
  }

  /** The app, once its condition has this status and reason. */
  appWith(name: string, type: string, status: string, reason?: string): Promise<VacationApp> {
    return eventually(
      `${name} has ${type}=${status} ${reason ?? ''}`,
      () => this.app(name),
      (app): app is VacationApp => {
        const found = app?.status?.conditions?.find((condition) => condition.type === type);
        return found?.status === status && (reason === undefined || found.reason === reason);
      },
    );
  }

  child<T extends KubeObject>(kind: Kind, name: string, holds: (object: T) => boolean = () => true): Promise<T> {
    return eventually(
      `${kind.kind} ${name}`,
      () => this.get<T>(kind, name),
      (object): object is T => object !== undefined && holds(object),
    );
  }

  /** The claim that the StatefulSet controller would make, unless there is one; bound. */
  async volumeIsMade(app: string): Promise<KubeObject> {
    const name = `data-${app}-mysql-0`;
    const known = await this.get(VOLUME_CLAIM, name);
    if (known) return known;
    await this.create(VOLUME_CLAIM, {
      metadata: { name, labels: labels({ metadata: { name: app } }, 'mysql') },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
    });
    return this.patch(VOLUME_CLAIM, name, { status: { phase: 'Bound', capacity: { storage: '2Gi' } } }, 'status');
  }

  /** The pod that the StatefulSet controller would make of that revision of the template, held up for that reason. */
  async mysqlPodWaits(app: string, revision: string, reason: string): Promise<KubeObject> {
    const name = `${app}-mysql-0`;
    const own = { ...labels({ metadata: { name: app } }, 'mysql'), 'controller-revision-hash': revision };
    await this.create(POD, {
      metadata: { name, labels: own },
      spec: { serviceAccountName: `${app}-web`, containers: [{ name: 'mysql', image: 'mysql:typo' }] },
    });
    const state = { waiting: { reason } };
    const container = { name: 'mysql', image: 'mysql:typo', imageID: '', ready: false, restartCount: 0, state };
    return this.patch(POD, name, { status: { phase: 'Pending', containerStatuses: [container] } }, 'status');
  }

  /** What the StatefulSet controller would say of a pod that is not ready. */
  async databaseIsReplaced(app: string, currentRevision: string, updateRevision: string): Promise<void> {
    const { metadata } = await this.child(STATEFUL_SET, `${app}-mysql`);
    const observed = { observedGeneration: metadata.generation, replicas: 1, readyReplicas: 0, availableReplicas: 0 };
    await this.patch(
      STATEFUL_SET,
      `${app}-mysql`,
      { status: { ...observed, currentRevision, updateRevision } },
      'status',
    );
  }

  /** What the controller of a workload would say of a pod that the API server refuses. */
  podIsRefused(kind: Kind, { metadata: { name, uid, namespace } }: KubeObject, message: string): Promise<KubeObject> {
    const lastTimestamp = `${new Date().toISOString().slice(0, 19)}Z`;
    const { apiVersion } = kind;
    return this.create(EVENT, {
      metadata: { name: `${name}.${Date.now().toString(16)}` },
      involvedObject: { apiVersion, kind: kind.kind, name, namespace, uid },
      ...{ type: 'Warning', reason: 'FailedCreate', message, lastTimestamp },
    });
  }

  /** What the StatefulSet controller would say when its pod is ready. */
  async databaseComesUp(app: string): Promise<void> {
    const { metadata } = await this.child<KubeObject & { spec: { replicas: number } }>(
      STATEFUL_SET,
      `${app}-mysql`,
      ({ spec }) => spec.replicas === 1,
    );
    await this.volumeIsMade(app);
    const status = {
      observedGeneration: metadata.generation,
      replicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      currentRevision: 'a',
      updateRevision: 'a',
    };
    await this.patch(STATEFUL_SET, `${app}-mysql`, { status }, 'status');
  }

  /** What the Job controller would say when the newest look at an external database has ended, and what its pod said. */
  async databaseIsChecked(
    app: string,
    said: { databaseVersion: string; schema?: string } | { problem: string },
  ): Promise<string> {
    const isOpen = ({ metadata, status }: KubeObject & { status?: { conditions?: unknown } }): boolean =>
      metadata.name.startsWith(`${app}-check-`) && status?.conditions === undefined;
    const [job] = await eventually(
      `a check of ${app}`,
      async () => (await this.list(JOB)).filter(isOpen),
      (found) => found.length > 0,
    );
    const name = job?.metadata.name ?? '';
    const isFit = 'databaseVersion' in said;
    const labels = { ...job?.metadata.labels, 'batch.kubernetes.io/job-name': name };
    await this.create(POD, {
      metadata: { name, labels },
      spec: { serviceAccountName: `${app}-web`, containers: [{ name: 'check', image: 'webapp:1' }] },
    });
    const terminated = { exitCode: isFit ? 0 : 1, message: JSON.stringify(said) };
    const container = { name: 'check', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } };
    const phase = isFit ? 'Succeeded' : 'Failed';
    await this.patch(POD, name, { status: { phase, containerStatuses: [container] } }, 'status');
    await this.jobEnds(name, isFit);
    return name;
  }

  async jobEnds(name: string, isComplete: boolean): Promise<void> {
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    const types = isComplete ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed'];
    const status = {
      startTime: now,
      ...(isComplete ? { completionTime: now, succeeded: 1 } : { failed: 1 }),
      uncountedTerminatedPods: {},
      conditions: types.map((type) => ({ type, status: 'True', lastTransitionTime: now })),
    };
    await this.patch(JOB, name, { status }, 'status');
  }

  /** What the Job controller would say when every migration of the app is done. */
  async migrationCompletes(app: string): Promise<void> {
    const jobs = await eventually(
      `a migration of ${app}`,
      async () => (await this.list(JOB)).filter(({ metadata }) => metadata.name.startsWith(`${app}-migrate-`)),
      (found) => found.length > 0,
    );
    for (const { metadata } of jobs) await this.jobEnds(metadata.name, true).catch(() => undefined);
  }

  /** What the Deployment controller would say when every pod is there. */
  async webPodsComeUp(app: string): Promise<void> {
    const { metadata, spec } = await this.child<KubeObject & { spec: { replicas: number } }>(
      DEPLOYMENT,
      `${app}-web`,
      (live) => live.spec.replicas > 1,
    );
    const replicas = spec.replicas;
    const status = {
      observedGeneration: metadata.generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
    await this.patch(DEPLOYMENT, `${app}-web`, { status }, 'status');
  }

  /** The restart that the annotation of that value asks for; resolves when the status says that it was done. */
  async webPodsRestart(app: string, value: string): Promise<void> {
    await this.child<KubeObject & V1Deployment>(
      DEPLOYMENT,
      `${app}-web`,
      ({ spec }) => spec?.template.metadata?.annotations?.[FACT.restart] === value,
    );
    await this.webPodsComeUp(app);
    await eventually(
      `restart ${value} was handled`,
      () => this.app(app),
      (found) => found?.status?.lastHandled?.restart === value,
    );
  }

  /** What the controllers of workloads would say when the app's pods, as few as are wanted, are gone. */
  async goesToRest(app: string): Promise<void> {
    for (const [kind, name] of [
      [DEPLOYMENT, `${app}-web`],
      [STATEFUL_SET, `${app}-mysql`],
    ] as const) {
      const { metadata } = await this.child<KubeObject & { spec: { replicas: number } }>(
        kind,
        name,
        ({ spec }) => spec.replicas === 0,
      );
      const none = { replicas: 0, readyReplicas: 0, availableReplicas: 0, updatedReplicas: 0 };
      await this.patch(kind, name, { status: { ...none, observedGeneration: metadata.generation } }, 'status');
    }
  }

  async comesUp(app: string): Promise<VacationApp> {
    await this.databaseComesUp(app);
    await this.migrationCompletes(app);
    await this.webPodsComeUp(app);
    return this.appWith(app, 'Ready', 'True');
  }
}

/** Looks until the value is as it is to be, and resolves to it. */
export async function eventually<T, U extends T = T>(
  what: string,
  look: () => Promise<T>,
  holds: ((value: T) => value is U) | ((value: T) => boolean),
  timeoutMs = 20_000,
): Promise<U> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value: unknown = await look().catch((error: unknown) => error);
    if (!(value instanceof Error) && holds(value as T)) return value as U;
    if (performance.now() > deadline) {
      throw new Error(
        `not within ${timeoutMs} ms: ${what}; last seen: ${JSON.stringify(value ?? null, null, 1).slice(0, 3_000)}`,
      );
    }
    await sleep(50);
  }
}

/** The API server's word on who wrote what: the operator's writes to one namespace, as `verb resource name`. */
export async function writesIn(world: World, namespace: string, by?: string): Promise<string[]> {
  const log = await readFile(world.server.auditLog, 'utf8');
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(
      ({ objectRef, requestURI, stage, userAgent }) =>
        stage === 'ResponseComplete' &&
        (by === undefined || userAgent === by) &&
        objectRef?.namespace === namespace &&
        /fieldManager=vacation-operator|\/status$/.test(requestURI) &&
        !requestURI.includes('somebody-else'),
    )
    .map(({ verb, objectRef, requestURI }) => {
      const part = objectRef?.subresource === undefined ? '' : `/${objectRef.subresource}`;
      const handover = requestURI.includes('vacation-operator-handover') ? ' (handover)' : '';
      return `${verb} ${objectRef?.resource ?? ''}${part} ${objectRef?.name ?? ''}${handover}`;
    });
}

/** The same, once no more are added. */
export async function lastWritesIn(world: World, namespace: string): Promise<string[]> {
  let writes = await writesIn(world, namespace);
  await eventually(
    'the operator has nothing more to write',
    async () => {
      const before = writes;
      // longer than small changes of a status wait to be told together
      await sleep(1_000);
      writes = await writesIn(world, namespace);
      return writes.length - before.length;
    },
    (count) => count === 0,
  );
  return writes;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: { namespace?: string; resource?: string; subresource?: string; name?: string };
}
