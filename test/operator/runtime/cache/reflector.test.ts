import { expect } from 'chai';
import { createApiClient } from '../../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { jittered, Reflector, type ReflectorOptions } from '../../../../operator/runtime/cache/reflector.ts';
import { Store } from '../../../../operator/runtime/cache/store.ts';
import { anObject } from '../../../support/kube-objects.ts';
import { startListWatchServer, type ListWatchServer, type OpenWatch } from '../../../support/list-watch-server.ts';
import { until } from '../../../support/until.ts';

const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' };

const named = (name: string, version: number): KubeObject => anObject(version, { name });
const gone = {
  status: 410,
  body: JSON.stringify({ kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }),
};

describe('the reflector', () => {
  let server: ListWatchServer;
  let store: Store<KubeObject>;
  let stop: AbortController;
  let ended: Promise<void>;
  let errors: Error[];
  let removed: string[];

  beforeEach(async () => {
    server = await startListWatchServer();
    store = new Store({ onHandlerError: (error) => errors.push(error as Error) });
    errors = [];
    removed = [];
    store.onChange(({ before, after }) => {
      if (before && !after) removed.push(before.metadata.name);
    });
    stop = new AbortController();
    ended = Promise.resolve();
  });

  afterEach(async () => {
    stop.abort();
    await ended;
    await server.close();
  });

  function start(options: Partial<ReflectorOptions> = {}): Reflector<KubeObject> {
    const reflector = new Reflector(createApiClient(server.kubeConfig), store, {
      kind: CONFIG_MAPS,
      namespace: 'travel',
      backoff: () => 5,
      onError: (error) => errors.push(error as Error),
      ...options,
    });
    ended = reflector.run(stop.signal);
    return reflector;
  }

  const names = (): string[] =>
    store
      .list()
      .map(({ metadata }) => metadata.name)
      .sort();
  const lists = (): number => server.asked.filter(({ verb }) => verb === 'list').length;
  async function watch(nth: number): Promise<OpenWatch> {
    await until(`watch ${nth} is open`, () => server.watches.length >= nth);
    const found = server.watches[nth - 1];
    if (!found) throw new Error('no such watch');
    return found;
  }

  it('lists in pages, is synced when it has them all, and watches from there', async () => {
    server.objects = ['a', 'b', 'c', 'd', 'e'].map((name, index) => named(name, index + 1));
    server.resourceVersion = '100';
    const reflector = start({ pageSize: 2, labelSelector: 'app' });
    await reflector.synced;
    expect(names()).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(server.asked.slice(0, 3).map(({ query }) => query.get('continue'))).to.deep.equal([null, '2', '4']);
    const { query } = await watch(1);
    expect(query.get('resourceVersion')).to.equal('100');
    expect(query.get('allowWatchBookmarks')).to.equal('true');
    expect(query.get('labelSelector')).to.equal('app');
    expect(Number(query.get('timeoutSeconds'))).to.be.within(240, 480);
    expect(server.asked[0]?.path).to.equal('/api/v1/namespaces/travel/configmaps');
  });

  it('applies the events of the watch', async () => {
    start();
    const { send } = await watch(1);
    send('ADDED', named('a', 2));
    send('ADDED', named('b', 3));
    send('DELETED', named('a', 4));
    await until('b alone is held', () => names().join() === 'b');
  });

  it('puts lines together that arrive in pieces', async () => {
    start();
    const { raw } = await watch(1);
    const bytes = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: named('ä', 2) })}\n`);
    const middle = bytes.indexOf('ä') + 1;
    raw(bytes.subarray(0, middle));
    await until('half a letter is on its way', () => server.open === 1);
    raw(bytes.subarray(middle));
    await until('it is held', () => names().join() === 'ä');
  });

  it('goes on from the last bookmark when the server ends the watch, without a list', async () => {
    start();
    const first = await watch(1);
    first.send('ADDED', named('a', 7));
    first.send('BOOKMARK', { metadata: { resourceVersion: '42' } });
    await until('the event has come', () => store.size === 1);
    first.end();
    expect((await watch(2)).query.get('resourceVersion')).to.equal('42');
    expect(lists()).to.equal(1);
    expect(errors).to.deep.equal([]);
  });

  it('goes on where it was when the connection is reset', async () => {
    start();
    const first = await watch(1);
    first.send('ADDED', named('a', 7));
    await until('the event has come', () => store.size === 1);
    first.reset();
    expect((await watch(2)).query.get('resourceVersion')).to.equal('7');
    expect(lists()).to.equal(1);
    expect(errors).to.have.length(1);
  });

  for (const [form, forget] of [
    [
      'a status',
      (first: OpenWatch) => {
        server.refuse('watch', gone);
        first.end();
      },
    ],
    ['an event', (first: OpenWatch) => first.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' })],
  ] as const) {
    it(`lists anew after 410 as ${form}, and finds what was deleted meanwhile`, async () => {
      server.objects = [named('stays', 1), named('goes', 2)];
      start();
      const first = await watch(1);
      first.send('BOOKMARK', { metadata: { resourceVersion: '3' } });
      server.objects = [named('stays', 1), named('comes', 8)];
      server.resourceVersion = '9';
      forget(first);
      await until('the difference is known', () => names().join() === 'comes,stays');
      expect(removed).to.deep.equal(['goes']);
      await until('it is watched from there', () => server.watches.at(-1)?.query.get('resourceVersion') === '9');
      expect(lists()).to.equal(2);
    });
  }

  it('opens another watch after silence for too long', async () => {
    start({ silenceMs: 500 });
    await watch(2);
    expect(errors).to.have.length(1);
    await until('the deaf one is closed', () => server.open <= 1);
    expect(lists()).to.equal(1);
  });

  it('is not disturbed by a garbage line, nor by what it can make nothing of', async () => {
    start();
    (await watch(1)).raw('{"type":"ADD\n');
    (await watch(2)).raw('{"unknown":true}\n');
    (await watch(3)).send('ADDED', named('a', 5));
    await until('it hears again', () => store.size === 1);
    expect(errors).to.have.length(2);
  });

  it('waits as long as the server asks', async () => {
    server.refuse('list', { status: 429, headers: { 'retry-after': '1' }, body: 'slow down' });
    const started = performance.now();
    await start().synced;
    expect(performance.now() - started).to.be.at.least(950);
  });

  it('gets over refusals of every sort, with the pauses of its backoff', async () => {
    const pauses: [number, number][] = [];
    for (const status of [500, 503, 403, 404, 500]) server.refuse('list', { status, body: 'no' });
    const reflector = start({
      backoff: (count, mostMs) => {
        pauses.push([count, mostMs]);
        return 1;
      },
    });
    await reflector.synced;
    expect(pauses).to.deep.equal([
      [1, 4_000],
      [2, 4_000],
      [1, 60_000],
      [2, 60_000],
      [5, 4_000],
    ]);
  });

  it('pauses twice as long each time, up to a limit', () => {
    for (const [failures, mostMs, ms] of [
      [1, 4_000, 250],
      [3, 4_000, 1_000],
      [9, 4_000, 4_000],
      [8, 60_000, 32_000],
      [200, 60_000, 60_000],
    ] as const) {
      expect(jittered(failures, mostMs)).to.be.within(ms / 2, ms);
    }
  });

  it('lists anew after a refusal, so that its store is up to date, and says so', async () => {
    let granted = 0;
    const reflector = start({ onGranted: () => (granted += 1) });
    const { end } = await watch(1);
    server.refuse('watch', { status: 403, body: 'no' });
    server.objects = [named('new', 20)];
    reflector.restart();
    await until('it has listed again', () => names().join() === 'new');
    await watch(2);
    expect([granted, reflector.denial, lists()]).to.deep.equal([1, undefined, 2]);
    end();
  });

  it('lists anew when the point to watch from is refused again and again', async () => {
    for (let count = 0; count < 5; count += 1) server.refuse('watch', { status: 500, body: 'unknown revision' });
    start({ backoff: () => 1 });
    await watch(1);
    expect(lists()).to.equal(2);
  });

  it('does not storm a server that ends every watch at once, or forgets every point', async () => {
    let pauses = 0;
    for (let count = 0; count < 4; count += 1) server.refuse('watch', count % 2 === 0 ? { status: 200 } : gone);
    start({
      backoff: () => {
        pauses += 1;
        return 1;
      },
    });
    await watch(1);
    expect(pauses).to.equal(4);
  });

  it('opens a new connection on restart, at once and without a list', async () => {
    const reflector = start({ backoff: () => 60_000 });
    await watch(1);
    reflector.restart();
    await watch(2);
    expect(lists()).to.equal(1);
    await until('the old one is closed', () => server.open === 1);
  });

  it('knows for how long it has heard nothing', async () => {
    const reflector = start();
    expect(reflector.silentMs).to.equal(undefined);
    const { send } = await watch(1);
    await until('time has passed', () => (reflector.silentMs ?? 0) > 500);
    send('BOOKMARK', { metadata: { resourceVersion: '5' } });
    await until('the bookmark counts', () => (reflector.silentMs ?? 1_000) < 400);
  });

  it('ends when its signal aborts: in a list, in a watch, in a pause', async () => {
    start();
    await watch(1);
    stop.abort();
    await ended;
    await until('the watch is closed', () => server.open === 0);
    stop = new AbortController();
    server.refuse('list', { status: 500 });
    start({ backoff: () => 60_000 });
    await until('it pauses', () => errors.length === 1);
    stop.abort();
    await ended;
    expect(errors).to.have.length(1);
  });
});
