import { expect } from 'chai';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REASON, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { readConfig } from '../../../operator/config.ts';
import { createLogger } from '../../../operator/logger.ts';
import { createOperator } from '../../../operator/manager.ts';
import { createApiClient } from '../../../operator/runtime/client/api-client.ts';
import { healthServer } from '../../../operator/runtime/telemetry/health.ts';
import { InCluster } from '../../../operator/runtime/client/in-cluster.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { LONGEST_SILENCE_MS, type Manager } from '../../../operator/runtime/manager.ts';
import { createRuntimeMetrics } from '../../../operator/runtime/telemetry/metrics.ts';
import { CONFIG_MAP, SERVICE, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { startFaultProxy, type Answer, type Asked, type FaultProxy } from '../../support/fault-proxy.ts';
import { ask } from '../../support/http.ts';
import { createWorld, eventually, lastWritesIn, type Scene, startOperator, writesIn, type World } from './world.ts';

/** For how long the API server is away; 60 s in the soak. */
const OUTAGE_MS = Number(process.env.OUTAGE_MS ?? 8_000);
const PRINTS = process.env.FAULT_FIGURES !== undefined;

/** Who looks anew: its writes are told by this in the audit log. */
const ANOTHER = 'another';

const SERVICE_ACCOUNT: Kind = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' };
const BINDING: Kind = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
};

/** Whether the status tells of what is declared now, and of no failure on the way there. */
const isAnswered = (app: VacationApp | undefined): boolean =>
  app?.status?.observedGeneration === app?.metadata.generation &&
  app?.status?.conditions?.every(({ reason }) => reason !== REASON.applyFailed) === true;

/** What goes wrong, while somebody changes things at the API server itself. */
interface Fault {
  readonly title: string;
  /** Begins the fault; what it resolves to ends it, when all was changed. */
  readonly begin: () => Promise<() => Promise<void> | void>;
  /** By when all is as it should be: after the end, or after the beginning of what does not end by itself. */
  readonly withinMs: number;
  readonly fromBeginning?: boolean;
}

describe('the operator behind a network and an API server with faults', () => {
  let world: World;
  let proxy: FaultProxy;
  let here: Scene;
  let folder: string;
  let operator: Manager;
  let shiftMs = 0;
  const stop = new AbortController();
  let ended: Promise<void>;
  let scenes = 0;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    proxy = await startFaultProxy(world.server.kubeconfig);
    folder = await mkdtemp(join(tmpdir(), 'account-'));
    here = await world.namespace('travel');
    await account();
    await writeFile(join(folder, 'ca.crt'), '');
    await mount(await token());
    operator = createOperator({
      client: createApiClient(new InCluster({ server: proxy.url, folder }), { userAgent: 'vacation-operator (tried)' }),
      config: readConfig({ WEBAPP_IMAGE: 'webapp:1', MYSQL_IMAGE: 'mysql:1', POD_NAME: 'tried' }),
      metrics: createRuntimeMetrics('vacationapp'),
      log: createLogger(process.env.LOG_LEVEL ?? 'none'),
      now: () => new Date(Date.now() + shiftMs),
    });
    ended = operator.run(stop.signal);
  });

  after(async () => {
    stop.abort();
    await ended;
    await proxy.stop();
    await world.stop();
    await rm(folder, { recursive: true });
  });

  async function account(): Promise<void> {
    const metadata = { name: 'vacation-operator', namespace: 'vacation-system' };
    const typed = ({ apiVersion, kind }: Kind): object => ({ apiVersion, kind });
    const create = (kind: Kind, namespace: string, body: object): Promise<unknown> =>
      world.admin.request({ method: 'POST', path: pathOf(kind, namespace), body: { ...typed(kind), ...body } });
    await create(SERVICE_ACCOUNT, metadata.namespace, { metadata });
    await create(BINDING, '', {
      metadata: { name: 'tried' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    });
  }

  async function token(): Promise<string> {
    const { status } = await world.admin.request<{ status: { token: string } }>({
      method: 'POST',
      path: pathOf(SERVICE_ACCOUNT, 'vacation-system', 'vacation-operator', 'token'),
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } },
    });
    return status.token;
  }

  /** Replaces the token in one step, as the kubelet does. */
  async function mount(content: string): Promise<void> {
    await writeFile(join(folder, 'next'), content);
    await rename(join(folder, 'next'), join(folder, 'token'));
  }

  /** One thing of each sort: a child deleted, a child edited, an app changed, an app made. All behind the operator's back. */
  async function disturb(steady: string): Promise<() => Promise<void>> {
    const made = `${steady}-made`;
    const wanted = 8_080;
    const { metadata } = await here.child(CONFIG_MAP, `${steady}-web`);
    await here.remove(CONFIG_MAP, `${steady}-web`);
    await here.patch(SERVICE, `${steady}-mysql`, { spec: { selector: { 'interstellar.dev/app': 'other' } } });
    await here.declare(steady, { service: { port: wanted } });
    await here.declare(made, {});
    type Service = KubeObject & { spec: { selector: Record<string, string>; ports: { port: number }[] } };
    return async () => {
      const limit = 120_000;
      const all = async (): Promise<boolean[]> => {
        const web = await here.get<Service>(SERVICE, `${steady}-web`);
        const mysql = await here.get<Service>(SERVICE, `${steady}-mysql`);
        const settings = await here.get(CONFIG_MAP, `${steady}-web`);
        return [
          web?.spec.ports[0]?.port === wanted,
          mysql?.spec.selector['interstellar.dev/app'] === steady,
          settings !== undefined && settings.metadata.uid !== metadata.uid,
          (await here.get(STATEFUL_SET, `${made}-mysql`)) !== undefined,
          (await here.app(made))?.status?.observedGeneration === 1,
          isAnswered(await here.app(steady)),
        ];
      };
      await eventually('all is put right', all, (found) => found.every(Boolean), limit);
    };
  }

  /** Whoever looks anew finds nothing to do. The one that is tried may still tell what it has put back: once a minute. */
  async function isConverged(): Promise<void> {
    await lastWritesIn(world, here.namespace);
    const before = await writesIn(world, here.namespace, ANOTHER);
    const another = startOperator(world, {}, world.client(undefined, ANOTHER));
    await sleep(700);
    await another.stop();
    expect((await writesIn(world, here.namespace, ANOTHER)).slice(before.length)).to.deep.equal([]);
  }

  /** Each request that begins after that is answered so once, for each path. */
  function once(answer: Answer, applies: (asked: Asked) => boolean): void {
    const answered = new Set<string>();
    proxy.answer = (asked) => {
      if (!applies(asked) || answered.has(asked.path)) return undefined;
      answered.add(asked.path);
      return answer;
    };
  }
  const status = (code: number, reason: string): string =>
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason });
  const calm = (): void => {
    proxy.answer = undefined;
    proxy.lines = undefined;
    proxy.lists = 'whole';
    proxy.network = 'fine';
  };
  /** Answers everything so for a while, on new connections. */
  const answeringAll = (answer: Answer) => (): Promise<() => Promise<void>> => {
    proxy.answer = () => answer;
    proxy.reset();
    return Promise.resolve(async () => {
      await sleep(3_000);
      calm();
    });
  };
  const restarted = (meanwhile: () => Promise<void>, after: () => Promise<void>) => async () => {
    await Promise.resolve();
    return async () => {
      await world.server.restart(meanwhile);
      await after();
    };
  };
  const nothing = (): Promise<void> => Promise.resolve();
  const gone = { status: 410, body: status(410, 'Expired') };
  const away = (network: 'refuses' | 'swallows') => (): Promise<() => Promise<void>> => {
    proxy.network = network;
    if (network === 'refuses') proxy.reset();
    else proxy.freeze('swallowed');
    return Promise.resolve(async () => {
      await sleep(OUTAGE_MS);
      if (OUTAGE_MS > LONGEST_SILENCE_MS)
        expect(operator.checks.map(({ fault }) => fault()).join()).to.contain('no watch events for');
      proxy.reset();
      calm();
    });
  };

  const faults: readonly Fault[] = [
    {
      title: 'every connection is half-open, and nobody reads what is sent',
      begin: () => {
        proxy.freeze('unread');
        return Promise.resolve(calm);
      },
      withinMs: 20_000,
      fromBeginning: true,
    },
    {
      title: 'every connection is half-open, and somebody swallows what is sent',
      begin: () => {
        proxy.freeze('swallowed');
        return Promise.resolve(calm);
      },
      withinMs: 20_000,
      fromBeginning: true,
    },
    {
      title: 'every connection is reset',
      begin: () => {
        proxy.reset();
        return Promise.resolve(calm);
      },
      withinMs: 5_000,
    },
    {
      title: 'every watch is told 410 as a status',
      begin: () => {
        once(gone, ({ isWatch }) => isWatch);
        proxy.reset();
        return Promise.resolve(() => undefined);
      },
      withinMs: 5_000,
    },
    {
      title: 'every watch is told 410 as an event',
      begin: () => {
        const body = `{"type":"ERROR","object":${gone.body}}\n`;
        once({ status: 200, body }, ({ isWatch }) => isWatch);
        proxy.reset();
        return Promise.resolve(() => undefined);
      },
      withinMs: 5_000,
    },
    {
      title: 'it is told to come back later',
      begin: answeringAll({
        status: 429,
        headers: { 'retry-after': '1' },
        body: status(429, 'TooManyRequests'),
      }),
      withinMs: 15_000,
    },
    {
      title: 'everything fails with 500',
      begin: answeringAll({ status: 500, body: status(500, 'InternalError') }),
      withinMs: 15_000,
    },
    {
      title: 'a proxy answers with a page of its own',
      begin: answeringAll({ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }),
      withinMs: 15_000,
    },
    {
      title: 'lists are slow',
      begin: () => {
        once(gone, ({ isWatch }) => isWatch);
        proxy.lists = 'slow';
        proxy.reset();
        return Promise.resolve(() => undefined);
      },
      withinMs: 15_000,
    },
    {
      title: 'lists are truncated',
      begin: () => {
        once(gone, ({ isWatch }) => isWatch);
        proxy.lists = 'truncated';
        proxy.reset();
        return Promise.resolve(async () => {
          await sleep(2_000);
          calm();
        });
      },
      withinMs: 15_000,
    },
    {
      title: 'events come twice and in another order',
      begin: () => {
        proxy.lines = (lines, before) => [...lines, ...lines, ...before].reverse();
        return Promise.resolve(async () => {
          await sleep(1_000);
          calm();
        });
      },
      withinMs: 5_000,
    },
    {
      title: 'the API server is killed and started',
      begin: restarted(nothing, nothing),
      withinMs: 30_000,
    },
    {
      title: 'the API server forbids everything in its first second',
      begin: restarted(
        () => {
          proxy.network = 'refuses';
          return nothing();
        },
        async () => {
          proxy.answer = () => ({ status: 403, body: status(403, 'Forbidden') });
          proxy.network = 'fine';
          await sleep(1_000);
          calm();
        },
      ),
      withinMs: 30_000,
    },
    {
      title: 'etcd has forgotten everything but the present',
      begin: restarted(() => world.server.compact(), nothing),
      withinMs: 30_000,
    },
    { title: 'the API server is away and refuses connections', begin: away('refuses'), withinMs: 10_000 },
    { title: 'the API server is away and says nothing', begin: away('swallows'), withinMs: 10_000 },
    {
      title: 'the clock jumps an hour ahead',
      begin: () => Promise.resolve((shiftMs = 3_600_000)).then(() => calm),
      withinMs: 5_000,
    },
    {
      title: 'the clock jumps two hours back',
      begin: () => Promise.resolve((shiftMs = -3_600_000)).then(() => calm),
      withinMs: 5_000,
    },
    {
      title: 'its token has expired and another is there',
      begin: async () => {
        await mount('expired');
        proxy.reset();
        await sleep(11_000);
        return async () => mount(await token());
      },
      withinMs: 15_000,
    },
  ];

  for (const { title, begin, withinMs, fromBeginning = false } of faults) {
    it(`puts all right when ${title}`, async () => {
      calm();
      // Others: what is changed again and again is put back with pauses.
      const steady = `steady-${(scenes += 1)}`;
      await here.declare(steady, {});
      await here.comesUp(steady);
      const begun = performance.now();
      const finish = await begin();
      const isRight = await disturb(steady);
      await finish();
      const from = fromBeginning ? begun : performance.now();
      await isRight();
      const took = performance.now() - from;
      const { total, most, seconds } = reads(begun);
      if (PRINTS) {
        console.log(
          `      ${Math.round(took)} ms; ${total} lists, watches and connections in ${seconds} s, at most ${most} a second`,
        );
      }
      expect(took).to.be.below(withinMs);
      // There are a dozen and a half of watches: each twice at once, and every other second after that.
      expect(most, 'a storm').to.be.below(150);
      expect(total, 'a storm').to.be.below(120 + 20 * seconds);
      await isConverged();
      expect(operator.checks.map(({ fault }) => fault())).to.deep.equal([undefined]);
    }).timeout(180_000 + OUTAGE_MS);
  }

  it('is not ready before it has heard of every kind, says of which it has not, and is when it has', async () => {
    calm();
    proxy.answer = ({ path }) => (path.endsWith('/jobs') ? { status: 403, body: status(403, 'Forbidden') } : undefined);
    const beginner = createOperator({
      client: createApiClient(new InCluster({ server: proxy.url, folder })),
      config: readConfig({ WATCH_NAMESPACES: 'nobody-is-here', LEADER_ELECTION: 'false', WEBAPP_IMAGE: 'webapp:1' }),
      metrics: createRuntimeMetrics('vacationapp'),
      log: createLogger('none'),
    });
    const stopped = new AbortController();
    const running = beginner.run(stopped.signal);
    const server = healthServer(beginner.checks).listen(0, '127.0.0.1');
    const ready = async () => ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`);
    try {
      await eventually('it hears of all but Jobs', ready, ({ status: code, body }) => {
        return code === 503 && body === 'watches: no watch events for Job\n';
      });
      calm();
      await eventually('it is ready', ready, ({ status: code }) => code === 200);
    } finally {
      stopped.abort();
      await running;
      server.close();
    }
  });

  /** What it asked for since then to find its way again, refused connections among it. */
  function reads(from: number): { total: number; most: number; seconds: number } {
    const times = [
      ...proxy.asked.filter(({ at, method }) => at >= from && method === 'GET').map(({ at }) => at),
      ...proxy.connections.filter((at) => at >= from),
    ];
    const bySecond = new Map<number, number>();
    for (const at of times) {
      const second = Math.floor((at - from) / 1_000);
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
    }
    const seconds = Math.ceil((performance.now() - from) / 1_000);
    return { total: times.length, most: Math.max(0, ...bySecond.values()), seconds };
  }
});
