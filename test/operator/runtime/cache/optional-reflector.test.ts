import { expect } from 'chai';
import type { ApiClient, ApiRequest } from '../../../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { OptionalReflector } from '../../../../operator/runtime/cache/optional-reflector.ts';
import { Store } from '../../../../operator/runtime/cache/store.ts';
import { anObject } from '../../../support/kube-objects.ts';
import { until } from '../../../support/until.ts';

const ROUTES = { apiVersion: 'gateway.example.com/v1', kind: 'Route', plural: 'routes' };

/** An API server that may or may not know one kind; its watches end when it forgets it. */
class Api implements ApiClient {
  resources: string[] = [];
  fault: ApiError | undefined;
  asked: string[] = [];
  #forget = new AbortController();

  get isServed(): boolean {
    return this.resources.includes(ROUTES.plural);
  }

  request<T>({ path }: ApiRequest): Promise<T> {
    this.asked.push(path);
    if (this.fault) return Promise.reject(this.fault);
    if (path === '/apis/gateway.example.com/v1' && this.resources.length > 0) {
      return Promise.resolve({ resources: this.resources.map((name) => ({ name })) } as T);
    }
    if (!this.isServed || !path.endsWith('/routes')) return Promise.reject(new ApiError(404, 'NotFound', 'unknown'));
    return Promise.resolve({ metadata: { resourceVersion: '7' }, items: [anObject(5, { name: 'one' })] } as T);
  }

  async *stream<T>({ signal }: ApiRequest): AsyncGenerator<T, void, undefined> {
    if (!this.isServed) throw new ApiError(404, 'NotFound', 'unknown');
    yield { type: 'BOOKMARK', object: anObject(8) } as T;
    const ends = AbortSignal.any([this.#forget.signal, ...(signal ? [signal] : [])]);
    if (!ends.aborted) await new Promise((resolve) => ends.addEventListener('abort', resolve, { once: true }));
    throw new Error('ended');
  }

  reconnect(): void {
    this.#forget.abort();
  }

  install(): void {
    this.#forget = new AbortController();
    this.resources = ['routes', 'routes/status'];
  }

  uninstall(): void {
    this.resources = [];
    this.#forget.abort();
  }
}

describe('the reflector of a kind that a cluster may lack', () => {
  let api: Api;
  let store: Store<KubeObject>;
  let stop: AbortController;
  let ended: Promise<void>;
  let isWanted: boolean;
  let reported: boolean[];
  let errors: unknown[];

  beforeEach(() => {
    api = new Api();
    store = new Store({ onHandlerError: (error) => errors.push(error) });
    stop = new AbortController();
    isWanted = false;
    reported = [];
    errors = [];
  });

  afterEach(async () => {
    stop.abort();
    await ended;
  });

  function start(lookAgainMs = 2): OptionalReflector<KubeObject> {
    const reflector = new OptionalReflector(api, store, {
      kind: ROUTES,
      namespace: '',
      backoff: () => 2,
      lookAgainMs,
      isWanted: () => isWanted,
      onServed: () => reported.push(store.isServed),
      onError: (error) => errors.push(error),
    });
    ended = reflector.run(stop.signal);
    return reflector;
  }

  it('is synced and not deaf without it, and does not ask again while nobody wants it', async () => {
    const reflector = start();
    expect(reflector.silentMs).to.equal(undefined);
    await reflector.synced;
    expect([store.isServed, reflector.silentMs]).to.deep.equal([false, 0]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(api.asked).to.deep.equal(['/apis/gateway.example.com/v1']);
    expect(errors).to.deep.equal([]);
  });

  it('is a reflector like others where the kind is served', async () => {
    api.install();
    const reflector = start();
    await reflector.synced;
    expect([store.isServed, store.size]).to.deep.equal([true, 1]);
    await until('it is reported', () => reported.length === 1);
    expect(reported).to.deep.equal([true]);
    expect(reflector.silentMs).to.be.a('number');
  });

  it('does not take another kind of the same group for it', async () => {
    api.resources = ['gateways'];
    await start().synced;
    expect(store.isServed).to.equal(false);
  });

  it('begins when the kind appears and somebody wants it, and says so', async () => {
    await start().synced;
    reported = [];
    isWanted = true;
    await until('it is asked again', () => api.asked.length > 2);
    api.install();
    await until('it is listed', () => store.size === 1);
    await until('it is reported', () => reported.length === 1);
    expect(reported).to.deep.equal([true]);
  });

  it('holds nothing when the kind goes, says so, and begins again', async () => {
    api.install();
    isWanted = true;
    await start().synced;
    await until('it is reported', () => reported.length === 1);
    api.uninstall();
    await until('it is gone', () => !store.isServed);
    expect([store.size, reported]).to.deep.equal([0, [true, false]]);
    api.install();
    await until('it is back', () => store.size === 1);
  });

  it('takes a refusal of discovery for absence, reports it, and asks again while somebody wants the kind', async () => {
    api.fault = new ApiError(403, 'Forbidden', 'no discovery for you');
    api.install();
    isWanted = true;
    await start().synced;
    expect([store.isServed, errors[0]]).to.deep.equal([false, api.fault]);
    api.fault = undefined;
    await until('it is listed', () => store.size === 1);
  });

  it('asks until it is answered: a fault is no absence', async () => {
    api.fault = new ApiError(503, '', 'overloaded');
    api.install();
    const reflector = start();
    await until('it has failed twice', () => errors.length >= 2);
    expect([store.isServed, reflector.silentMs]).to.deep.equal([true, undefined]);
    api.fault = undefined;
    await reflector.synced;
    expect(store.size).to.equal(1);
  });

  it('asks again soon while it knows nothing, because nothing is reconciled before', async () => {
    api.fault = new ApiError(503, '', 'overloaded');
    const reflector = start(3_600_000);
    await until('it has failed', () => errors.length > 0);
    api.fault = undefined;
    await reflector.synced;
    expect(store.isServed).to.equal(false);
  });
});
