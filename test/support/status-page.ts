import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withDefaults } from '../../operator/api/defaults.ts';
import type { VacationApp } from '../../operator/api/vacation-app.ts';
import { readConfig } from '../../operator/config.ts';
import { Store, type Stores } from '../../operator/runtime/cache/store.ts';
import type { ApiClient, ApiRequest } from '../../operator/runtime/client/api-client.ts';
import type { Kind, KubeObject } from '../../operator/runtime/client/kinds.ts';
import type { ManagerState } from '../../operator/runtime/manager-state.ts';
import type { Clock } from '../../operator/runtime/clock.ts';
import type { Logger } from '../../operator/runtime/telemetry/log.ts';
import { createStatusPage } from '../../operator/status-page/status-page.ts';
import { credentialsSecret } from '../../operator/vacation-app/credentials/credentials.ts';
import { owned } from '../../operator/vacation-app/children/ownership.ts';
import { FIELD_MANAGER } from '../../operator/vacation-app/names.ts';
import { observe } from '../../operator/vacation-app/observe.ts';
import { planOf } from '../../operator/vacation-app/plan.ts';
import { fieldsOf, leavesOf } from '../operator/simulation/field-paths.ts';
import { appStores } from './app-controller.ts';
import { aSecret, DEFAULTS } from './vacation-app.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StatusPage {
  readonly url: string;
  readonly port: number;
  readonly stores: Stores;
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>;
  post(path: string, form: Readonly<Record<string, string>>, headers?: OutgoingHttpHeaders): Promise<Answer>;
  stop(): void;
}

export interface StatusPageWorld {
  readonly objects?: readonly KubeObject[];
  readonly state?: Partial<ManagerState>;
  readonly env?: Readonly<Record<string, string>>;
  /** The API server's answers to reviews and reads. By default it refuses every request. */
  readonly answer?: (request: ApiRequest) => unknown;
  readonly log?: Logger;
  readonly streamCheckMs?: number;
  readonly now?: () => Date;
  readonly clock?: Clock;
}

/** The status page of a replica whose caches hold these objects. */
export async function startStatusPage(world: StatusPageWorld = {}): Promise<StatusPage> {
  const { objects = [], state = {}, env = {}, answer, log = SILENT, streamCheckMs, now, clock } = world;
  const stores = appStores();
  for (const [index, object] of objects.entries()) put(stores, object, index + 1);
  const client: ApiClient = {
    request: async <T>(asked: ApiRequest) => {
      if (!answer) throw new Error(`nobody answers ${asked.method} ${asked.path}`);
      return (await answer(asked)) as T;
    },
    stream: () => {
      throw new Error('nothing is watched here');
    },
    reconnect: () => undefined,
  };
  const page = createStatusPage({
    state: { ...IDLE, ...state, stores },
    client,
    config: readConfig({ STATUS_PAGE_ACCESS: 'Loopback', WEBAPP_IMAGE: 'webapp:1', MYSQL_IMAGE: 'mysql:1', ...env }),
    log,
    ...(streamCheckMs === undefined ? {} : { streamCheckMs }),
    ...(now === undefined ? {} : { now }),
    ...(clock === undefined ? {} : { clock }),
  });
  const server = page.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stores,
    get: (path, headers = {}) => ask(port, 'GET', path, headers),
    post: (path, form, headers = {}) => {
      const own = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
      return ask(port, 'POST', path, { ...own, ...headers }, new URLSearchParams(form).toString());
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** Puts an object into its cache as a watch would. */
export function put(stores: Stores, object: KubeObject, version: number): void {
  const { kind = '' } = object;
  const numbered = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
  const store = stores.get(kind);
  if (!store) throw new Error(`no cache holds ${kind}`);
  store.observe('ADDED', numbered);
}

const IDLE: Omit<ManagerState, 'stores'> = {
  isFilled: true,
  servedGroups: new Set(),
  identity: 'operator-1',
  isLeader: true,
  leader: 'operator-1',
  watches: [],
  controllers: [],
};

/** Sends the `Host` header that a test gives, which `fetch` would not. */
export async function ask(
  port: number,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  form = '',
): Promise<Answer> {
  const asked = request({ port, host: '127.0.0.1', method, path, headers, agent: false });
  asked.end(form);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk as string;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** The caches of an app that serves, its objects as the operator would have applied them. */
export function convergedObjects(app: VacationApp, more: readonly KubeObject[] = []): KubeObject[] {
  const stores = appStores();
  const complete = withDefaults(app);
  const secret = credentialsSecret(complete, aSecret().data ?? {}) as KubeObject;
  const given = [app, { ...secret, metadata: { ...secret.metadata, creationTimestamp: new Date() } }, ...more];
  for (const object of given) put(stores, object, 1);
  const children = new Map<string, KubeObject>();
  // What is desired depends on what is there.
  for (let round = 1; round <= 3; round += 1) {
    const cluster = { store: (kind: Kind) => stores.get(kind.kind) ?? new Store<KubeObject>({ onHandlerError: fail }) };
    const observed = observe(complete, cluster, { userSecrets: new Map(), refusals: new Map() });
    for (const { object } of planOf(complete, observed, DEFAULTS, new Date(0)).desired) {
      const live = applied(owned(object, app));
      children.set(`${live.kind ?? ''}/${live.metadata.name}`, live);
      put(stores, live, round + 1);
    }
  }
  return [...given, ...children.values()];
}

function fail(error: unknown): never {
  throw error as Error;
}

function applied(object: KubeObject): KubeObject {
  const managed = {
    manager: FIELD_MANAGER,
    operation: 'Apply',
    fieldsV1: fieldsOf(leavesOf(object).keys()),
  };
  const isWorkload = ['Deployment', 'StatefulSet'].includes(object.kind ?? '');
  // The autoscaler sets the number that the operator does not.
  const spec = { replicas: 2, ...(object as { spec?: object }).spec };
  const { replicas } = spec;
  const pods = { replicas, readyReplicas: replicas, updatedReplicas: replicas, availableReplicas: replicas };
  return {
    ...object,
    metadata: { ...object.metadata, uid: `uid-of-${object.metadata.name}`, generation: 1, managedFields: [managed] },
    ...(isWorkload && { spec, status: { observedGeneration: 1, ...pods } }),
  };
}
