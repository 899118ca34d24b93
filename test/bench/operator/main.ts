// What the operator costs, counted from the API server's audit log: test/bench/README.md says how to read it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound } from '../../../operator/runtime/client/api-error.ts';
import { pathOf, type Kind } from '../../../operator/runtime/client/kinds.ts';
import { SECRET, SERVICE, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { LABEL } from '../../../operator/vacation-app/names.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/children/children.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { boundToThis } from '../../../scripts/cluster/run.ts';
import { circumstances, publish, quantile } from '../report.ts';
import { appNames, Apps, reached } from './apps.ts';
import { isChild, isLease, isOperator, isRead, isWrite, requestsIn, type Request } from './audit.ts';
import { convergenceOf } from './convergence.ts';
import { startOperator, type OperatorProcess } from './operator-process.ts';
import { reportOf, type Drift, type Fleet, type Idle, type Restart, type Results } from './results.ts';
import { createWorld, type World } from './world.ts';

if (!existsSync('/proc/self/schedstat')) throw new Error('This measures by /proc, which only Linux has.');

const IDLE_SECONDS = Number(process.env.IDLE_SECONDS ?? 60);
const FEW = Number(process.env.FEW_APPS ?? 100);
const MANY = Number(process.env.APPS ?? 1_000);
/** At most, two an app: a field that is changed again and again is put back with pauses. */
const DRIFTS = 200;
/** Only figures of the default policy are kept. */
const IS_DEFAULT = process.env.DELETION_POLICY === undefined;
const LEASE: Kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' };

/** What an API server has to do after its start is in no measurement. */
const SETTLING_MS = 10_000;

const single = await inWorld(measureSingle);
const few = await measureFleet('few', FEW, async (world, operator, apps) => ({
  idle: await measureIdle(world, operator),
  drift: await measureDrift(world, apps),
}));
const many = await measureFleet('many', MANY, async (world, _operator, apps) => ({
  drift: await measureDrift(world, apps),
}));
const results: Results = { single, few, many };
publish('operator', 'Cost of the operator', { ...reportOf(results), notes: circumstances() }, { keep: IS_DEFAULT });

/** Each has an API server of its own, as new and as empty as the others': what it spends on a new Service grows with those that are there. */
async function inWorld<T>(measure: (world: World) => Promise<T>): Promise<T> {
  const world = await createWorld();
  try {
    await sleep(SETTLING_MS);
    return await measure(world);
  } finally {
    await world.stop();
  }
}

/** One app after another, by an operator that has nothing else to do. */
async function measureSingle(world: World): Promise<Results['single']> {
  const names = appNames(10);
  const apps = await watched(world, 'single');
  const operator = await startOperator(world, 'single');
  await operator.quiet(0);
  const empty = operator.memoryMib().resident;
  for (const [index, name] of names.entries()) {
    await apps.create([name]);
    await apps.allReady(index + 1);
    await sleep(300);
  }
  const requests = await requestsIn(world.server.auditLog);
  await operator.end('SIGTERM');
  apps.stop();
  return { empty, apps: names.map((name) => convergenceOf(requests, 'single', name)) };
}

/** Many at once, beside a loop that does nothing but apply. */
async function measureFleet<T extends { idle?: Idle; drift: Drift }>(
  namespace: string,
  count: number,
  more: (world: World, operator: OperatorProcess, apps: Apps) => Promise<T>,
): Promise<Fleet & T> {
  const bareMs = await inWorld((world) => measureBare(world, namespace, count));
  return inWorld(async (world) => {
    const apps = await watched(world, namespace);
    const operator = await startOperator(world, namespace);
    await operator.quiet(0);
    const before = operator.cpuMs();
    const started = performance.now();
    await apps.create(appNames(count));
    await apps.allReady(count);
    const readyMs = performance.now() - started;
    await settled(operator, count);
    const cpuPerApp = (operator.cpuMs() - before) / count;
    const requests = (await requestsIn(world.server.auditLog)).filter((request) => request.namespace === namespace);
    const own = requests.filter(isOperator);
    const each = appNames(count).map((name) => convergenceOf(requests, namespace, name));
    const memory = operator.memoryMib();
    tell(`${count} apps ready in ${(readyMs / 1000).toFixed(1)} s, bare loop ${(bareMs / 1000).toFixed(1)} s`);
    tell(`CPU an app ${cpuPerApp.toFixed(1)} ms, memory ${memory.peak.toFixed(0)} MiB`);
    const measured = await more(world, operator, apps);
    const peak = Math.max(memory.peak, operator.memoryMib().peak);
    const restart = await measureRestart(world, operator, namespace, count);
    const removal = await measureRemoval(world, apps, namespace, restart.operator);
    apps.stop();
    return {
      ...measured,
      count,
      bareMs,
      readyMs,
      cpuPerApp,
      writesPerApp: own.filter(isWrite).length / count,
      reads: own.filter((request) => isRead(request) && request.name !== '').length,
      base: each.map(({ baseMs }) => baseMs),
      deployment: each.map(({ deploymentMs }) => deploymentMs),
      resident: memory.resident,
      peak,
      restart: restart.result,
      removal,
    };
  });
}

/** The same writes by who has the same rights, told to the same watchers; only the apps are its own to create. */
async function measureBare(world: World, namespace: string, count: number): Promise<number> {
  const apps = await watched(world, namespace);
  const program = join(root, 'dist', 'test', 'bench', 'operator', 'bare-loop.js');
  const loop = spawn(...boundToThis(process.execPath, [program, namespace, String(count)]), {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...world.serviceAccount, KUBECONFIG: world.server.kubeconfigPath, NODE_ENV: 'production' },
  });
  const exited = once(loop, 'exit');
  await Promise.race([once(loop.stdout, 'data'), exited]);
  const started = performance.now();
  loop.stdin.end('go');
  const [code] = (await exited) as [number];
  if (code !== 0) throw new Error(`The bare loop ended with code ${code}`);
  await reached('the bare Deployments', () => world.workloads.available(namespace), count, 900_000);
  const bareMs = performance.now() - started;
  apps.stop();
  return bareMs;
}

async function measureIdle(world: World, operator: OperatorProcess): Promise<Idle> {
  await sleep(5_000);
  const since = Date.now();
  const cpu = operator.cpuMs();
  await sleep(IDLE_SECONDS * 1_000);
  const spent = operator.cpuMs() - cpu;
  const requests = (await requestsIn(world.server.auditLog)).filter((one) => isOperator(one) && one.received >= since);
  const others = requests.filter((request) => !isLease(request));
  tell(`${IDLE_SECONDS} s idle: ${others.filter(isWrite).length} writes, ${others.filter(isRead).length} reads`);
  return {
    seconds: IDLE_SECONDS,
    writes: others.filter(isWrite).length,
    reads: others.filter(isRead).length,
    watches: others.filter(({ verb }) => verb === 'watch').length,
    leases: requests.filter(isLease).length,
    cpuShare: spent / (IDLE_SECONDS * 1_000),
  };
}

/** Edits and deletes Services, one after another, and looks in the log how long each stayed wrong. */
async function measureDrift(world: World, { namespace, size }: Apps): Promise<Drift> {
  const since = Date.now();
  const drifts = Math.min(DRIFTS, 2 * size);
  for (let index = 0; index < drifts; index += 1) {
    const app = appNames(size)[index % size] ?? '';
    const isEdit = index * 2 < drifts;
    const path = pathOf(SERVICE, namespace, `${app}-${isEdit ? 'web' : 'mysql'}`);
    await world.admin.request(
      isEdit
        ? {
            method: 'PATCH',
            path,
            query: { fieldManager: `saboteur` },
            contentType: 'application/merge-patch+json',
            body: { spec: { selector: { [LABEL.app]: `other-${index}` } } },
          }
        : { method: 'DELETE', path },
    );
    await sleep(100);
  }
  await sleep(2_000);
  const requests = (await requestsIn(world.server.auditLog)).filter(
    (request) => request.namespace === namespace && request.resource === 'services' && request.received >= since,
  );
  const repairs = requests.filter((request) => isOperator(request) && request.code < 300);
  const acts = requests.filter((request) => !isOperator(request) && request.code < 300);
  const took = acts.map(
    ({ name, received, answered }) =>
      (repairs.find((repair) => repair.name === name && repair.answered > received)?.answered ?? Infinity) - answered,
  );
  return {
    count: took.length,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    unrepaired: took.filter((ms) => ms === Infinity).length,
  };
}

/** Killed, and started with no lease in its way. */
async function measureRestart(
  world: World,
  operator: OperatorProcess,
  namespace: string,
  count: number,
): Promise<{ operator: OperatorProcess; result: Restart }> {
  await operator.end('SIGKILL');
  await world.admin.request({ method: 'DELETE', path: pathOf(LEASE, 'vacation-system', 'vacation-operator') });
  const since = Date.now();
  const next = await startOperator(world, namespace);
  await next.quiet(count);
  const quietMs = performance.now() - next.startedAt;
  await sleep(3_000);
  const requests = (await requestsIn(world.server.auditLog)).filter((one) => isOperator(one) && one.received >= since);
  const writes = requests.filter((request) => isWrite(request) && !isLease(request)).length;
  return { operator: next, result: { quietMs, writes, resident: next.memoryMib().resident } };
}

async function measureRemoval(
  world: World,
  apps: Apps,
  namespace: string,
  operator: OperatorProcess,
): Promise<Fleet['removal']> {
  const since = Date.now();
  const started = performance.now();
  await apps.removeAll();
  let left = Infinity;
  const count = async (kind: Kind): Promise<number> => {
    const path = pathOf(kind, namespace);
    const query = { limit: 1, labelSelector: LABEL.app };
    const { items, metadata } = await world.admin.request<Page>({ method: 'GET', path, query }).catch(noneServed);
    return items.length + (metadata.remainingItemCount ?? 0);
  };
  while (left > 0) {
    if (performance.now() - started > 600_000) throw new Error(`${left} children are left`);
    await sleep(500);
    left = (await Promise.all(CHILD_KINDS.map(count))).reduce((sum, one) => sum + one, 0);
  }
  const ms = performance.now() - started;
  const [secrets, claims] = [await count(SECRET), await count(VOLUME_CLAIM)];
  await sleep(1_000);
  const requests: Request[] = await requestsIn(world.server.auditLog);
  const writes = requests.filter((one) => isOperator(one) && one.received >= since && isChild(one)).length;
  await operator.end('SIGTERM');
  return { ms, writes, kept: secrets + claims };
}

interface Page {
  readonly items: readonly unknown[];
  readonly metadata: { readonly remainingItemCount?: number };
}

/** Not every cluster has every kind. */
function noneServed(error: unknown): Page {
  if (isNotFound(error)) return { items: [], metadata: {} };
  throw error;
}

/** The queue is empty, and what was in flight is done. */
async function settled(operator: OperatorProcess, count: number): Promise<void> {
  await operator.quiet(count);
  await sleep(1_000);
  await operator.quiet(count);
}

async function watched(world: World, namespace: string): Promise<Apps> {
  await world.namespace(namespace);
  const apps = new Apps(world.client(), namespace);
  await apps.watch();
  return apps;
}

function tell(line: string): void {
  console.log(line);
}
