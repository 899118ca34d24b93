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
/** Other figures are not comparable, so they are not kept. */
const IS_DEFAULT = APPS === 500 && STREAMS === 50;
const REQUESTS = 200;
const IDLE_SECONDS = 30;
const BUSY_SECONDS = 30;
const CHANGES_A_SECOND = 10;
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
  const busy = await busyShare(world, operator);
  const streams = await measureStreams(world, operator);
  await operator.end('SIGTERM');
  apps.stop();
  const mib = (value = Number.NaN): string => value.toFixed(0);
  const report = {
    tables: {
      'Pages, each asked for 200 times': [['page', 'CPU, ms', 'size, kB'], ...pages],
      'Memory of the operator, resident, MiB': [
        [
          'apps',
          'without the page',
          'with the page',
          'after the requests above',
          `with ${STREAMS} streams`,
          'while all follow changes',
        ],
        ['0', mib(empty[0]), mib(empty[1]), '', '', ''],
        [String(APPS), mib(without), mib(idle), mib(used), mib(streams.idleMib), mib(streams.followedMib)],
      ],
      [`${STREAMS} streams of the list at once`]: [
        ['CPU while nothing changes, %', 'CPU to tell all of a change, ms', 'until the last has heard, ms'],
        [streams.idleShare.toFixed(2), streams.cpuMs.toFixed(0), streams.tookMs.toFixed(0)],
      ],
      [`CPU while ${CHANGES_A_SECOND} apps change each second, %`]: [
        ['nobody looks', `${STREAMS} streams of the list`, 'of these, each loads the list when told'],
        [busy, streams.busyShare, streams.followedShare].map((share) => share.toFixed(1)),
      ],
    },
    checks: [],
    notes: circumstances(),
  };
  publish('status-page', 'Cost of the status page', report, { keep: IS_DEFAULT });
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
  for (let count = 0; count < 20; count += 1) await load(operator, path);
  const before = operator.cpuMs();
  let size = 0;
  for (let count = 0; count < REQUESTS; count += 1) size = Buffer.byteLength(await load(operator, path));
  const each = (operator.cpuMs() - before) / REQUESTS;
  return [title, each.toFixed(2), (size / 1_000).toFixed(0)];
}

async function load({ pageUrl }: OperatorProcess, path: string): Promise<string> {
  const response = await fetch(pageUrl + path);
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response.text();
}

interface Streams {
  readonly idleMib: number;
  readonly followedMib: number;
  readonly idleShare: number;
  readonly cpuMs: number;
  readonly tookMs: number;
  readonly busyShare: number;
  readonly followedShare: number;
}

async function measureStreams(within: World, operator: OperatorProcess): Promise<Streams> {
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => openStream(operator)));
  const idleFrom = operator.cpuMs();
  await sleep(IDLE_SECONDS * 1_000);
  const idleShare = ((operator.cpuMs() - idleFrom) / (IDLE_SECONDS * 1_000)) * 100;
  const idleMib = operator.memoryMib().resident;
  const before = operator.cpuMs();
  const started = performance.now();
  const heard = streams.map((stream) => new Promise<void>((resolve) => whenChanged(stream, resolve)));
  await change(within, 0);
  await Promise.all(heard);
  const tookMs = performance.now() - started;
  const cpuMs = operator.cpuMs() - before;
  const told = await busyShare(within, operator);
  const loads: Promise<string>[] = [];
  // As the script of the page does.
  for (const stream of streams) whenChanged(stream, () => loads.push(load(operator, '/')));
  const followedShare = await busyShare(within, operator);
  const followedMib = operator.memoryMib().resident;
  for (const stream of streams) stream.destroy();
  await Promise.all(loads);
  return { idleMib, followedMib, idleShare, cpuMs, tookMs, busyShare: told, followedShare };
}

async function openStream({ pageUrl }: OperatorProcess): Promise<IncomingMessage> {
  const [response] = (await once(get(`${pageUrl}/stream?of=list`, { agent: false }), 'response')) as [IncomingMessage];
  return response.setEncoding('utf8').resume();
}

function whenChanged(stream: IncomingMessage, run: () => void): void {
  stream.on('data', (chunk: string) => {
    if (chunk.includes('event: changed')) run();
  });
}

/** The operator's CPU in percent of one core while apps change. */
async function busyShare(within: World, operator: OperatorProcess): Promise<number> {
  const before = operator.cpuMs();
  const started = performance.now();
  for (let count = 0; count < BUSY_SECONDS * CHANGES_A_SECOND; count += 1) {
    await change(within, count % APPS);
    await sleep(Math.max(0, started + ((count + 1) * 1_000) / CHANGES_A_SECOND - performance.now()));
  }
  return ((operator.cpuMs() - before) / (performance.now() - started)) * 100;
}

/** Changes a label, which the operator answers with no write. */
async function change(within: World, app: number): Promise<void> {
  await within.admin.request({
    method: 'PATCH',
    path: pathOf(VACATION_APP, NAMESPACE, appNames(APPS)[app]),
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels: { changed: String(Math.round(performance.now())) } } },
  });
}
