import { spawn } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type Api, apiOf } from './api.ts';
import { kubernetesBinaries } from './build.ts';
import { makeCgroup, removeCgroup } from './cgroups.ts';
import { ensureCommands, isRoot } from './debian.ts';
import { withLock } from './lock.ts';
import { writeNodeFiles, writeRegistry } from './node-files.ts';
import { cacheFolder, sources } from './paths.ts';
import { writePki } from './pki.ts';
import { step } from './progress.ts';
import { run, succeeds, until } from './run.ts';
import { freeSubnet, type Subnet } from './subnet.ts';
import { UnavailableError } from './unavailable.ts';

/** A running built-in cluster; what up.json in its folder holds. */
export interface BuiltIn {
  readonly name: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Where NodePorts answer, seen from this machine. */
  readonly nodeAddress: string;
  /** Where this machine answers, seen from the node. */
  readonly hostAddress: string;
  readonly auditLog?: string | undefined;
}

export interface UpOptions {
  /** Keeps a log of every write to the API, in `auditLog`. */
  readonly audit?: boolean;
}

const NEEDS = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  iptables: 'iptables',
  nft: 'nftables',
  conntrack: 'conntrack',
  ipset: 'ipset',
  ethtool: 'ethtool',
  socat: 'socat',
  modprobe: 'kmod',
  ip: 'iproute2',
  sysctl: 'procps',
  mount: 'mount',
};
const NODE = 'node1';
const BOOT_TIMEOUT_MS = 180_000;
const NODE_INIT = join(sources, 'kubernetes', 'node-init.sh');

/**
 * Boots a cluster of the name, unless it runs already. It lives in namespaces of its own, as kind's node containers do:
 * all of its processes, mounts, devices and rules end with its first process. Several run side by side.
 */
export async function up(name: string, options: UpOptions = {}): Promise<BuiltIn> {
  requireLinuxRoot();
  await ensureCommands('The built-in Kubernetes', NEEDS);
  const bin = await kubernetesBinaries();
  return withLock(`${folderOf(name)}.lock`, async () => {
    const running = await readRunning(name);
    if (running !== undefined) return running;
    assertNotElsewhere(name);
    await remove(name); // what a killed run left
    return step(`Starting Kubernetes (built-in cluster ${name})`, async (report) => {
      try {
        return await boot(name, bin, options, report);
      } catch (error) {
        const logs = await lastWords(name);
        await remove(name);
        throw new Error(`the built-in cluster did not start: ${error instanceof Error ? error.message : ''}\n${logs}`, {
          cause: error,
        });
      }
    });
  });
}

/** Ends the cluster and removes all that it kept: volumes, images, certificates, logs. */
export function down(name: string): Promise<void> {
  requireLinuxRoot();
  assertNotElsewhere(name);
  return withLock(`${folderOf(name)}.lock`, () => remove(name));
}

/** The folder of a cluster of the name that was started with another cache folder, as by a user with another home. */
export function runningElsewhere(name: string): string | undefined {
  const folder = folderOf(name);
  return nodes().find((node) => node.folder !== folder && node.folder.endsWith(`/clusters/${name}`))?.folder;
}

/** Devices and cgroups are the machine's and go by the name alone: what is done to one of these clusters would be done to the other. */
function assertNotElsewhere(name: string): void {
  const folder = runningElsewhere(name);
  if (folder === undefined) return;
  throw new UnavailableError(
    `The built-in cluster ${name} runs from another cache folder, ${folder}: go on with XDG_CACHE_HOME=${join(folder, '../../..')}, or remove that one first.`,
  );
}

/** The cluster of the name where it runs, else undefined. */
export async function status(name: string): Promise<BuiltIn | undefined> {
  return readRunning(name);
}

/** Names of the clusters that have a folder: running ones, and what killed ones left. */
export function names(): string[] {
  const folder = join(cacheFolder(), 'clusters');
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Imports an image archive (docker or OCI) into the node's containerd. */
export async function load(name: string, archive: string): Promise<void> {
  await inside(name, [
    'sh',
    '-c',
    'ctr --namespace k8s.io images import --snapshotter "$1" - <"$2"',
    'sh',
    snapshotterIn(name),
    archive,
  ]);
}

/** Imports an archive unless this very one was imported before. */
export async function loadOnce(name: string, tag: string, archive: string): Promise<void> {
  const file = join(folderOf(name), 'loaded.json');
  await withLock(`${file}.lock`, async () => {
    const loaded = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, string>;
    if (loaded[tag] === archive) return;
    await step(`Loading the image ${tag} into the cluster`, () => load(name, archive));
    await writeFile(file, JSON.stringify({ ...loaded, [tag]: archive }));
  });
}

/** Lets the node pull from a registry at `localhost:PORT`, which must answer at the same port of `hostAddress` too. */
export function pullFrom({ name, hostAddress }: BuiltIn, registry: string): Promise<void> {
  return writeRegistry(folderOf(name), registry, hostAddress);
}

/** Runs a command inside the node's namespaces: there every Service, pod and NodePort can be reached. */
export async function inside(name: string, command: readonly string[]): Promise<string> {
  return run('nsenter', [...insideArguments(name), ...command]);
}

/** What `nsenter` needs to run a command in the node. */
export function insideArguments(name: string): string[] {
  const init = initProcess(name);
  if (init === undefined) throw new Error(`the built-in cluster ${name} is not running`);
  return ['--target', String(init), '--mount', '--net', '--pid', '--ipc', '--uts', '--'];
}

function requireLinuxRoot(): void {
  if (process.platform !== 'linux') {
    throw new UnavailableError(
      `The built-in Kubernetes needs Linux, and this is ${process.platform}: install Docker (or Podman) and kind.`,
    );
  }
  if (!isRoot)
    throw new UnavailableError(
      'The built-in Kubernetes must be started by root: run this with sudo, or install Docker (or Podman) and kind.',
    );
}

async function boot(name: string, bin: string, options: UpOptions, report: (text: string) => void): Promise<BuiltIn> {
  const folder = folderOf(name);
  const kubectl = join(bin, 'kubectl');
  const device = deviceOf(name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await loadKernelModules();
  await makeCgroup(device);

  const auditLog = options.audit === true ? join(folder, 'log', 'audit.log') : undefined;
  // one at a time: two clusters that start together must not choose the same network
  const subnet = await withLock(join(cacheFolder(), 'clusters', 'network.lock'), async () => {
    const chosen = freeSubnet(await takenNetworks());
    const snapshotter = (await overlayWorks(folder)) ? 'overlayfs' : 'native';
    await writeNodeFiles({
      folder,
      bin,
      node: NODE,
      nodeIp: chosen.node,
      hostIp: chosen.host,
      cgroup: device,
      snapshotter,
      auditLog,
    });
    await writeFile(join(folder, 'snapshotter'), snapshotter);
    report('starting the node');
    const init = await startInit(name);
    await joinNetwork(device, chosen, init);
    return chosen;
  });
  const server = `https://${subnet.node}:6443`;
  const { adminKubeconfig } = await writePki(join(folder, 'pki'), server, subnet.node, NODE, `built-in-${name}`);
  await writeFile(join(folder, 'run', 'certificates-there'), '');

  const api = await apiOf(adminKubeconfig);
  const alive = () => {
    if (initProcess(name) === undefined) throw new Error('its first process ended');
  };
  report('waiting for the API server');
  await until('the API server', BOOT_TIMEOUT_MS, async () => (alive(), (await api.get('/readyz')).status === 200));
  await writeFile(join(folder, 'run', 'api-server-answers'), '');

  report('importing the pause image');
  await until(
    'containerd',
    BOOT_TIMEOUT_MS,
    async () => (alive(), succeeds('nsenter', [...insideArguments(name), 'ctr', 'version'])),
  );
  await load(name, join(bin, 'pause.tar'));
  report('applying roles, storage class and metrics API');
  await applyAddons(kubectl, adminKubeconfig, subnet.node);

  report('waiting for the node');
  await until('the node to be Ready', BOOT_TIMEOUT_MS, async () => (alive(), nodeIsReady(api)));
  report('waiting for the default service account');
  await until('the default service account', BOOT_TIMEOUT_MS, async () => {
    return (alive(), (await api.get('/api/v1/namespaces/default/serviceaccounts/default')).status === 200);
  });
  const { node: nodeAddress, host: hostAddress } = subnet;
  const cluster: BuiltIn = { name, kubeconfig: adminKubeconfig, kubectl, nodeAddress, hostAddress, auditLog };
  await writeFile(join(folder, 'up.json'), JSON.stringify(cluster));
  return cluster;
}

async function readRunning(name: string): Promise<BuiltIn | undefined> {
  const file = join(folderOf(name), 'up.json');
  if (initProcess(name) === undefined || !existsSync(file)) return undefined;
  return JSON.parse(await readFile(file, 'utf8')) as BuiltIn;
}

/** Works on whatever is there, whole or in part: the state of a run that was killed at any moment. */
async function remove(name: string): Promise<void> {
  for (const { pid } of initProcesses(name)) killNow(pid);
  await until(`the processes of cluster ${name} to end`, 15_000, () => initProcesses(name).length === 0, 20);
  const device = deviceOf(name);
  if (existsSync(`/sys/class/net/${device}`)) await run('ip', ['link', 'delete', device]).catch(() => undefined);
  await removeCgroup(device);
  await rm(folderOf(name), { recursive: true, force: true, maxRetries: 5 });
}

/** The first process takes the others with it: one that is gone already is no fault. */
function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function startInit(name: string): Promise<number> {
  const folder = folderOf(name);
  const log = openSync(join(folder, 'log', 'init.log'), 'a');
  const child = spawn('unshare', ['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', NODE_INIT, folder], {
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.on('error', () => undefined); // told by the wait below
  child.unref();
  await until('the first process of the node', 10_000, () => initProcess(name) !== undefined);
  return initProcess(name) ?? 0;
}

async function joinNetwork(device: string, subnet: Subnet, init: number): Promise<void> {
  await run('ip', ['link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(init)]);
  await run('ip', ['address', 'add', `${subnet.host}/30`, 'dev', device]);
  await run('ip', ['link', 'set', device, 'up']);
}

async function takenNetworks(): Promise<string[]> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const routes = JSON.parse(await run('ip', ['-json', 'route', 'show', 'table', 'all'])) as { dst?: string }[];
  return [...addresses, ...routes.flatMap(({ dst }) => dst ?? [])];
}

/** Modules that are built in, or loaded by the host of a container, cannot be loaded here; what is missing shows in /proc. */
async function loadKernelModules(): Promise<void> {
  for (const module of ['br_netfilter', 'overlay', 'nf_conntrack', 'nf_tables']) await succeeds('modprobe', [module]);
  if (!existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables')) {
    throw new UnavailableError(
      'The built-in Kubernetes needs the kernel module br_netfilter, which cannot be loaded here: load it on the host (modprobe br_netfilter).',
    );
  }
}

/** An overlay cannot lie on every file system; on another overlay, for one, it cannot. */
async function overlayWorks(folder: string): Promise<boolean> {
  const probe = join(folder, 'overlay-probe');
  for (const name of ['lower', 'upper', 'work', 'merged']) await mkdir(join(probe, name), { recursive: true });
  const options = `lowerdir=${probe}/lower,upperdir=${probe}/upper,workdir=${probe}/work`;
  const works = await succeeds('unshare', [
    '--mount',
    'mount',
    '-t',
    'overlay',
    'overlay',
    '-o',
    options,
    `${probe}/merged`,
  ]);
  await rm(probe, { recursive: true, force: true });
  return works;
}

function snapshotterIn(name: string): string {
  return readFileSync(join(folderOf(name), 'snapshotter'), 'utf8');
}

async function applyAddons(kubectl: string, kubeconfig: string, nodeIp: string): Promise<void> {
  const template = await readFile(join(sources, 'kubernetes', 'addons.yaml'), 'utf8');
  const input = template.replaceAll('NODE_IP', nodeIp);
  await until('the add-ons to be applied', BOOT_TIMEOUT_MS, () =>
    succeeds(kubectl, ['--kubeconfig', kubeconfig, 'apply', '--server-side', '--filename', '-'], { input }),
  );
}

async function nodeIsReady(api: Api): Promise<boolean> {
  const { status: code, body } = await api.get(`/api/v1/nodes/${NODE}`);
  if (code !== 200) return false;
  const { status: node } = JSON.parse(body) as { status?: { conditions?: { type: string; status: string }[] } };
  return node?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** The host's pid of the node's PID 1. */
function initProcess(name: string): number | undefined {
  return initProcesses(name).find(({ first }) => first)?.pid;
}

/**
 * The processes that were started as this cluster's node-init: known by their arguments, so that no file of pids can be
 * lost or out of date, and another checkout finds them too. `first` is the one that is PID 1 of its namespace.
 */
function initProcesses(name: string): { readonly pid: number; readonly first: boolean }[] {
  const folder = folderOf(name);
  return nodes()
    .filter((node) => node.folder === folder)
    .map(({ pid }) => ({ pid, first: /^NSpid:\s+\d+\s+1$/m.test(readProc(String(pid), 'status')) }));
}

/** Every process of this machine that was started as the node-init of some cluster, and that cluster's folder. */
function nodes(): { readonly pid: number; readonly folder: string }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const words = readProc(entry, 'cmdline').split('\0');
      const isInit = (words.at(-3) ?? '').endsWith('/node-init.sh');
      return isInit ? [{ pid: Number(entry), folder: words.at(-2) ?? '' }] : [];
    });
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}

async function lastWords(name: string): Promise<string> {
  const logs = join(folderOf(name), 'log');
  if (!existsSync(logs)) return '';
  const files = readdirSync(logs).filter((file) => file !== 'audit.log');
  const tails = await Promise.all(
    files.map(
      async (file) => `--- ${file}\n${(await readFile(join(logs, file), 'utf8')).split('\n').slice(-6).join('\n')}`,
    ),
  );
  return tails.join('\n');
}

function folderOf(name: string): string {
  if (!/^[a-z][a-z0-9]{0,9}$/.test(name))
    throw new Error(`a cluster's name is one to ten lower-case letters and digits, not ${name}`);
  return join(cacheFolder(), 'clusters', name);
}

/** The network device's name, at most 15 characters; the cgroup has it too. */
function deviceOf(name: string): string {
  return `iv-${name}`;
}
