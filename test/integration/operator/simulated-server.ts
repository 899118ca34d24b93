import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { createApiClient, type ApiClient, type ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { keyOf, pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { HTTP_ROUTE, SERVICE_ACCOUNT } from '../../../operator/vacation-app/kinds.ts';
import { ApiModel, type Happening, type Place, type Stored } from '../../operator/simulation/api-model.ts';
import { NAMESPACE } from '../../operator/simulation/person.ts';
import { KINDS } from '../../operator/simulation/kinds.ts';
import type { Backend } from '../../operator/simulation/simulation.ts';
import type { World } from './world.ts';

const OPERATOR = 'simulated-operator';
const SEEN_WITHIN_MS = 10_000;
/** Of the kinds of the simulation those that an API server has. */
const WATCHED = KINDS.filter((kind) => kind !== HTTP_ROUTE);

/** Everything that is written, with what was sent. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', verbs: ['get', 'list', 'watch'] }, { level: 'Request' }],
};

/** A write of the operator, as the API server's audit log tells it. */
export interface Write {
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  readonly code: number;
  readonly manager: string | undefined;
  readonly body: KubeObject | undefined;
}

interface AuditEvent {
  readonly verb: string;
  readonly userAgent: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: KubeObject;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Stored;
}

/**
 * A real API server as the simulation needs one: each write is answered when its watches have told of it, so that what was and what is can be
 * looked up at once. Others' writes are made as they would be where controllers run that do not run here.
 */
export class SimulatedServer implements Backend {
  readonly history: Happening[] = [];
  readonly #auditLog: string;
  readonly #operator: ApiClient;
  readonly #others: ApiClient;
  readonly #objects = new Map<string, Map<string, Stored>>(WATCHED.map(({ plural }) => [plural, new Map()]));
  readonly #newest = new Map<string, number>();
  readonly #stopping = new AbortController();
  readonly #model = new ApiModel(KINDS, () => new Date());
  #watching: Promise<unknown>[] = [];

  private constructor(world: World) {
    const client = (userAgent: string): ApiClient => {
      const config = new KubeConfig();
      config.loadFromString(world.server.kubeconfig);
      return createApiClient(config, { userAgent });
    };
    this.#auditLog = world.server.auditLog;
    this.#operator = client(OPERATOR);
    this.#others = client('others');
  }

  static async start(world: World): Promise<SimulatedServer> {
    const server = new SimulatedServer(world);
    await world.namespace(NAMESPACE);
    for (const kind of WATCHED) {
      const { metadata } = await server.#others.request<{ metadata: { resourceVersion: string } }>({
        method: 'GET',
        path: pathOf(kind, NAMESPACE),
      });
      server.#watching.push(server.#watch(kind, metadata.resourceVersion));
    }
    // Pods are refused without it; the controller that makes it does not run here.
    const body = { ...SERVICE_ACCOUNT, metadata: { name: 'default' } };
    await server.handle({ method: 'POST', path: pathOf(SERVICE_ACCOUNT, NAMESPACE), body }, false);
    return server;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#watching);
  }

  /** Takes away what a run has left. */
  async clear(): Promise<void> {
    for (const { plural } of WATCHED) {
      for (const { metadata } of this.list(plural)) {
        if (plural === SERVICE_ACCOUNT.plural && metadata.name === 'default') continue;
        const kind = WATCHED.find((one) => one.plural === plural) ?? VACATION_APP;
        const path = pathOf(kind, NAMESPACE, metadata.name);
        await this.handle({ method: 'DELETE', path }, false);
        if (this.get(plural, NAMESPACE, metadata.name)) await this.#release(path);
      }
    }
    this.history.length = 0;
  }

  parse(path: string): Place | undefined {
    return this.#model.parse(path);
  }

  get(plural: string, namespace: string, name: string): Stored | undefined {
    return this.#objects.get(plural)?.get(`${namespace}/${name}`);
  }

  list(plural: string): readonly Stored[] {
    return [...(this.#objects.get(plural)?.values() ?? [])];
  }

  async handle(request: ApiRequest, isOperator: boolean): Promise<unknown> {
    const client = isOperator ? this.#operator : this.#others;
    const place = this.parse(request.path);
    const live = place && this.get(place.plural, place.namespace, place.name ?? '');
    const answer = await client.request<KubeObject>(isOperator ? request : asMeant(request, live));
    if (!place || request.method === 'GET') return answer;
    if (request.method === 'DELETE') await this.#hasGone(place, live);
    else await this.#hasSeen(place.plural, Number(answer.metadata.resourceVersion));
    return answer;
  }

  /** The operator's writes so far; its events are not among them. */
  async writes(): Promise<Write[]> {
    const lines = (await readFile(this.#auditLog, 'utf8')).split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ userAgent, objectRef }) => userAgent === OPERATOR && objectRef?.resource !== 'events')
      .map(({ verb, objectRef, responseStatus, requestURI, requestObject }) => ({
        verb,
        resource: objectRef?.resource ?? '',
        name: objectRef?.name ?? '',
        code: responseStatus?.code ?? 0,
        manager: /[?&]fieldManager=([^&]*)/.exec(requestURI)?.[1],
        body: requestObject,
      }));
  }

  /** Takes away what keeps it, and waits until it has gone. */
  async #release(path: string): Promise<void> {
    const body = { metadata: { finalizers: null } };
    await this.handle({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body }, false);
    const { plural = '', name = '' } = this.parse(path) ?? {};
    await this.#until(`${plural}/${name} goes`, () => this.get(plural, NAMESPACE, name) === undefined);
  }

  /** It has gone, or is about to: what keeps it until then is others' to take away. */
  async #hasGone({ plural, namespace, name = '' }: Place, live: Stored | undefined): Promise<void> {
    await this.#until(`${plural}/${name} goes`, () => {
      const now = this.get(plural, namespace, name);
      const isKept = now?.metadata.deletionTimestamp !== undefined && (now.metadata.finalizers ?? []).length > 0;
      return now?.metadata.uid !== live?.metadata.uid || isKept;
    });
  }

  #hasSeen(plural: string, version: number): Promise<void> {
    return this.#until(`${plural} at ${version}`, () => (this.#newest.get(plural) ?? 0) >= version);
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + SEEN_WITHIN_MS;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`not seen within ${SEEN_WITHIN_MS} ms: ${what}`);
      await sleep(1);
    }
  }

  async #watch({ plural, ...kind }: Kind, resourceVersion: string): Promise<void> {
    const path = pathOf({ plural, ...kind }, NAMESPACE);
    const query = { watch: true, resourceVersion, timeoutSeconds: 3_600 };
    const events = this.#others.stream<WatchEvent>({
      method: 'GET',
      path,
      query,
      timeoutMs: 3_600_000,
      signal: this.#stopping.signal,
    });
    for await (const { type, object } of events) {
      if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED')
        throw new Error(`the watch of ${plural}: ${type}`);
      const objects = this.#objects.get(plural);
      const version = Number(object.metadata.resourceVersion);
      const before = objects?.get(keyOf(object));
      if (type === 'DELETED') objects?.delete(keyOf(object));
      else objects?.set(keyOf(object), object);
      this.history.push({ plural, before: before ?? (type === 'DELETED' ? object : undefined), after: type === 'DELETED' ? undefined : object, version }); // prettier-ignore
      this.#newest.set(plural, version);
    }
  }
}

/**
 * As others ask it of a real API server: what they replace they say the version of, which custom resources need, and what they
 * delete leaves nothing waiting for the garbage collector.
 */
function asMeant(request: ApiRequest, live: Stored | undefined): ApiRequest {
  const body = request.body as KubeObject;
  if (request.method === 'DELETE') return { ...request, body: { propagationPolicy: 'Background', ...body } };
  if (request.method !== 'PUT' || !live) return request;
  const { resourceVersion } = live.metadata;
  return { ...request, body: { ...body, metadata: { ...body.metadata, resourceVersion } } };
}
