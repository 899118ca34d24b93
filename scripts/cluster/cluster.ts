import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as builtIn from './built-in.ts';
import { chooseCluster, type Choice } from './choose-cluster.ts';
import { isRoot } from './debian.ts';
import { isEngineUp } from './engine.ts';
import type { Image } from './images.ts';
import { hostAddressOf, pullFrom } from './kind-registry.ts';
import { cacheFolder, sources } from './paths.ts';
import { step } from './progress.ts';
import { run, which } from './run.ts';
import { UnavailableError } from './unavailable.ts';

/** A cluster that answers, however it came to be. */
export interface Cluster {
  readonly kind: Choice['kind'];
  readonly description: string;
  /** Words that a kubectl command begins with. */
  readonly kubectl: readonly [string, ...string[]];
  /** A kubeconfig of its own; undefined for an existing cluster, which is in the user's. */
  readonly kubeconfig: string | undefined;
  /** Where NodePorts answer, if this machine can reach them at all. */
  readonly nodeAddress: string;
  /** Whether images built here can be put into it. */
  readonly takesImages: boolean;
  /** Whether its nodes fetch images from public registries. */
  readonly pulls: boolean;
  readonly auditLog: string | undefined;
  /** What a command begins with that runs on the first node, as root; undefined for a cluster of the user's. */
  readonly onNode: readonly [string, ...string[]] | undefined;
  /** Where this machine answers, seen from the nodes; undefined where they cannot pull from a registry of this machine. */
  readonly hostAddress: string | undefined;
  /** Lets the nodes pull from a registry at `localhost:PORT` that answers at the same port of `hostAddress` too. */
  pullFrom(registry: string): Promise<void>;
  load(image: Image): Promise<void>;
  /** Takes away a cluster that was made here; an existing one stays. */
  remove(): Promise<void>;
}

export interface OpenOptions {
  /** Tells clusters of one machine apart: one to ten lower-case letters and digits. */
  readonly name: string;
  readonly context?: string | undefined;
  readonly audit?: boolean;
}

/** Starts the cluster of the name, or finds it running. */
export async function openCluster(options: OpenOptions): Promise<Cluster> {
  const choice = await choiceFor(options.context);
  if (choice.kind === 'existing') return existing(choice.context);
  if (choice.kind === 'kind') return kind(options.name, choice.engine);
  return builtInCluster(options);
}

/** Takes away a cluster that openCluster() made, whether it runs or not; one of the user's stays. */
export async function removeCluster(kind: Choice['kind'], name: string): Promise<void> {
  if (kind === 'built-in') await builtIn.down(name);
  if (kind !== 'kind') return;
  const env = { KIND_EXPERIMENTAL_PROVIDER: (await isEngineUp('docker')) ? 'docker' : 'podman' };
  await run('kind', ['delete', 'cluster', '--name', kindName(name)], { env });
  await rm(kindFolder(name), { recursive: true, force: true });
}

/** Which cluster openCluster() would take here. */
export async function choiceFor(context: string | undefined): Promise<Choice> {
  const docker = await isEngineUp('docker');
  return chooseCluster({
    context,
    engine: docker ? 'docker' : (await isEngineUp('podman')) ? 'podman' : undefined,
    hasKind: which('kind') !== undefined,
    platform: process.platform,
    isRoot,
  });
}

async function builtInCluster({ name, audit = false }: OpenOptions): Promise<Cluster> {
  const running = await builtIn.up(name, { audit });
  const { kubectl, kubeconfig, nodeAddress, hostAddress, auditLog } = running;
  return {
    kind: 'built-in',
    description: `the built-in cluster ${name}`,
    kubectl: [kubectl, '--kubeconfig', kubeconfig],
    kubeconfig,
    nodeAddress,
    takesImages: true,
    pulls: false,
    auditLog,
    onNode: ['nsenter', ...builtIn.insideArguments(name)],
    hostAddress,
    pullFrom: (registry) => builtIn.pullFrom(running, registry),
    load: ({ tag, archive }) => builtIn.loadOnce(name, tag, archive),
    remove: () => removeCluster('built-in', name),
  };
}

const KIND_NODE_TIMEOUT = '180s';

async function kind(name: string, engine: 'docker' | 'podman'): Promise<Cluster> {
  const program = requireKubectl();
  const cluster = kindName(name);
  const kubeconfig = join(kindFolder(name), 'kubeconfig');
  const env = { KIND_EXPERIMENTAL_PROVIDER: engine };
  const kubectl: Cluster['kubectl'] = [program, '--kubeconfig', kubeconfig];
  await mkdir(kindFolder(name), { recursive: true });
  const running = (await run('kind', ['get', 'clusters'], { env })).split('\n').includes(cluster);
  if (running) await run('kind', ['export', 'kubeconfig', '--name', cluster, '--kubeconfig', kubeconfig], { env });
  else {
    await step(`Starting Kubernetes (kind cluster ${cluster})`, async (report) => {
      await run(
        'kind',
        ['create', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig, '--wait', KIND_NODE_TIMEOUT],
        {
          env,
          onLine: report,
        },
      );
    });
  }
  await run(program, [
    ...kubectl.slice(1),
    'apply',
    '--server-side',
    '--filename',
    join(sources, 'kind', 'metrics-server.yaml'),
  ]);
  const hostAddress = await hostAddressOf({ name: cluster, engine });
  return {
    kind: 'kind',
    description: `the kind cluster ${cluster}`,
    kubectl,
    kubeconfig,
    nodeAddress: await nodeAddressOf(kubectl),
    takesImages: true,
    pulls: true,
    auditLog: undefined,
    onNode: [engine, 'exec', `${cluster}-control-plane`],
    hostAddress,
    pullFrom: (registry) => pullFrom({ name: cluster, engine }, registry, hostAddress),
    load: (image) => loadIntoKind(cluster, image, env),
    remove: () => removeCluster('kind', name),
  };
}

function kindName(name: string): string {
  return `vacation-${name}`;
}

function kindFolder(name: string): string {
  return join(cacheFolder(), 'kind', name);
}

/** A cluster of the user's: nothing is installed in it but what the caller applies. */
async function existing(context: string): Promise<Cluster> {
  const program = requireKubectl();
  const kubectl: Cluster['kubectl'] = [program, '--context', context];
  await run(program, ['--context', context, 'get', '--raw', '/readyz'], { timeoutMs: 30_000 }).catch(
    (cause: unknown) => {
      throw new UnavailableError(
        `The cluster of the context ${context} does not answer: see kubectl --context ${context} get nodes.`,
        { cause },
      );
    },
  );
  return {
    kind: 'existing',
    description: `the cluster of the context ${context}`,
    kubectl,
    kubeconfig: undefined,
    nodeAddress: await nodeAddressOf(kubectl),
    takesImages: takesImages(context),
    pulls: true,
    auditLog: undefined,
    onNode: undefined,
    hostAddress: undefined,
    pullFrom: (registry) => Promise.reject(new Error(`the nodes of ${context} cannot be told of ${registry}`)),
    load: (image) => loadIntoExisting(context, image),
    remove: () => removeCluster('existing', context),
  };
}

async function loadIntoKind(cluster: string, { archive }: Image, env: NodeJS.ProcessEnv = {}): Promise<void> {
  await run('kind', ['load', 'image-archive', archive, '--name', cluster], { env });
}

/** Desktop clusters see the engine's images as they are. */
const SHARES_IMAGES = ['docker-desktop', 'orbstack', 'rancher-desktop'];

function takesImages(context: string): boolean {
  return SHARES_IMAGES.includes(context) || context.startsWith('kind-') || context === 'minikube';
}

async function loadIntoExisting(context: string, image: Image): Promise<void> {
  if (context.startsWith('kind-')) await loadIntoKind(context.slice('kind-'.length), image);
  if (context === 'minikube') await run('minikube', ['image', 'load', image.archive]);
}

function requireKubectl(): string {
  const program = which('kubectl');
  if (program === undefined)
    throw new UnavailableError('kubectl is not installed: install it from https://kubernetes.io/docs/tasks/tools/.');
  return program;
}

async function nodeAddressOf([program, ...words]: Cluster['kubectl']): Promise<string> {
  const path = 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  return (await run(program, [...words, 'get', 'nodes', '--output', path])).trim().split(' ')[0] ?? '';
}
