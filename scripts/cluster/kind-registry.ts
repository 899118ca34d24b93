import { run } from './run.ts';

/** A kind cluster and the engine that runs its nodes. */
interface KindCluster {
  readonly name: string;
  readonly engine: 'docker' | 'podman';
}

/** Where this machine answers, seen from the nodes: the gateway of their network. */
export async function hostAddressOf(cluster: KindCluster): Promise<string> {
  const [node = ''] = await nodesOf(cluster);
  const path = '{{.NetworkSettings.Networks.kind.Gateway}}';
  return (await run(cluster.engine, ['inspect', node, '--format', path])).trim();
}

/** As in https://kind.sigs.k8s.io/docs/user/local-registry/, from kind 0.27 on. */
export async function pullFrom(cluster: KindCluster, registry: string, host: string): Promise<void> {
  const folder = `/etc/containerd/certs.d/${registry}`;
  const input = `[host."http://${host}:${registry.replace(/^.*:/, '')}"]\n`;
  for (const node of await nodesOf(cluster)) {
    const write = ['sh', '-c', 'mkdir -p "$1" && cat >"$1/hosts.toml"', 'sh', folder];
    await run(cluster.engine, ['exec', '--interactive', node, ...write], { input });
  }
}

async function nodesOf({ name, engine }: KindCluster): Promise<string[]> {
  const nodes = await run('kind', ['get', 'nodes', '--name', name], { env: { KIND_EXPERIMENTAL_PROVIDER: engine } });
  return nodes.trim().split('\n');
}
