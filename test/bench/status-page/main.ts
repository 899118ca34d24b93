// What the operator's status page costs: test/bench/README.md says how to read it.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { pathOf } from '../../../operator/runtime/client/kinds.ts';
import { appNames, Apps } from '../operator/apps.ts';
import { startOperator, type OperatorProcess } from '../operator/operator-process.ts';
import { createWorld, type World } from '../operator/world.ts';
import { circumstances, publish } from '../report.ts';

const APPS = Number(process.env.APPS ?? 500);
const STREAMS = Number(process.env.STREAMS ?? 50);
const REQUESTS = 200;
const IDLE_SECONDS = 30;
const NAMESPACE = 'fleet';
const WITH = { STATUS_PAGE_ACCESS: 'Loopback' };
const WITHOUT = { STATUS_PAGE_PORT: '0' };

const world = await createWorld();
try {
  await world.namespace(NAMESPACE);
  const empty = [await memoryOfNew(world, 0, WITHOUT), await memoryOfNew(world, 0, WITH)];
  const apps = new Apps(world.client(), NAMESPACE);
  await apps.watch();
  const first = await startOperator(world, NAMESPACE, WITH);
  await apps.create(appNames(APPS));
  await apps.allReady(APPS);
  await first.end('SIGTERM');
  const without = await memoryOfNew(world, APPS, WITHOUT);
  const operator = await startOperator(world, NAMESPACE, WITH);
  await settled(operator, APPS);
  const idle = operator.memoryMib().resident;
  const pages = [
    await measurePage(operator, 'the list, a page of 100', '/'),
    await measurePage(operator, 'the list, one app by text', `/?text=app${'0'.repeat(4)}`),
    await measurePage(operator, 'an app', `/apps/${NAMESPACE}/app0000`),
    await measurePage(operator, 'the operator', '/operator'),
  ];
  const used = operator.memoryMib().resident;
  const streams = await measureStreams(world, operator);
  await operator.end('SIGTERM');
  apps.stop();
  const mib = (value = Number.NaN): string => value.toFixed(0);
  publish(
    'status-page',
    'Cost of the status page',
    {
      tables: {
        'Pages, each asked for 200 times': [['page', 'CPU, ms', 'size, kB'], ...pages],
        'Memory of the operator, resident, MiB': [
          ['apps', 'without the page', 'with the page', 'after the requests above', `with ${STREAMS} streams`],
          ['0', mib(empty[0]), mib(empty[1]), '', ''],
          [String(APPS), mib(without), mib(idle), mib(used), mib(streams.resident)],
        ],
        [`${STREAMS} streams of the list at once`]: [
          ['CPU while nothing changes, %', 'CPU to tell all of a change, ms', 'until the last has heard, ms'],
          [streams.idleShare.toFixed(2), streams.cpuMs.toFixed(0), streams.tookMs.toFixed(0)],
        ],
      },
      checks: [],
      notes: circumstances(),
    },
    { keep: true },
  );
} finally {
  await world.stop();
}

async function memoryOfNew(within: World, apps: number, env: Readonly<Record<string, string>>): Promise<number> {
  const operator = await startOperator(within, NAMESPACE, env);
  await settled(operator, apps);
  const { resident } = operator.memoryMib();
  await operator.end('SIGTERM');
  return resident;
}

async function settled(operator: OperatorProcess, apps: number): Promise<void> {
  await operator.quiet(apps);
  await sleep(3_000);
  await operator.quiet(apps);
}

async function measurePage(operator: OperatorProcess, title: string, path: string): Promise<string[]> {
  const ask = async (): Promise<string> => {
    const response = await fetch(operator.pageUrl + path);
    if (!response.ok) throw new Error(`${path} answers ${response.status}`);
    return response.text();
  };
  for (let count = 0; count < 20; count += 1) await ask();
  const before = operator.cpuMs();
  let size = 0;
  for (let count = 0; count < REQUESTS; count += 1) size = Buffer.byteLength(await ask());
  const each = (operator.cpuMs() - before) / REQUESTS;
  return [title, each.toFixed(2), (size / 1_000).toFixed(0)];
}

interface Streams {
  readonly resident: number;
  readonly idleShare: number;
  readonly cpuMs: number;
  readonly tookMs: number;
}

async function measureStreams(within: World, operator: OperatorProcess): Promise<Streams> {
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => openStream(operator)));
  const idleFrom = operator.cpuMs();
  await sleep(IDLE_SECONDS * 1_000);
  const idleShare = ((operator.cpuMs() - idleFrom) / (IDLE_SECONDS * 1_000)) * 100;
  const before = operator.cpuMs();
  const started = performance.now();
  await within.admin.request({
    method: 'PATCH',
    path: pathOf(VACATION_APP, NAMESPACE, 'app0000'),
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels: { seen: 'yes' } } },
  });
  await Promise.all(streams.map(({ changed }) => changed));
  const tookMs = performance.now() - started;
  const cpuMs = operator.cpuMs() - before;
  const { resident } = operator.memoryMib();
  for (const { end } of streams) end();
  return { resident, idleShare, cpuMs, tookMs };
}

async function openStream({ pageUrl }: OperatorProcess): Promise<{ changed: Promise<void>; end: () => void }> {
  const asked = get(`${pageUrl}/stream?of=list`, { agent: false });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const changed = new Promise<void>((resolve) => {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      if (chunk.includes('event: changed')) resolve();
    });
  });
  return { changed, end: () => asked.destroy() };
}
