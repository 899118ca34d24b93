import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { V1Pod } from '@kubernetes/client-node';
import { Option } from 'commander';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { POD } from '../../vacation-app/kinds.ts';
import { LABEL, WEB_CONTAINER } from '../../vacation-app/names.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { failureOf } from '../cluster/failure.ts';
import { readApp } from '../cluster/read-world.ts';
import type { ConnectionOptions } from '../cluster/connect.ts';
import type { Context } from '../context.ts';
import { PluginError } from '../exit-code.ts';
import { parseCount, Verb } from '../verb.ts';

interface OpenOptions extends ConnectionOptions {
  readonly port: number;
  readonly browser: boolean;
}

/** A port of a pod. */
interface Target {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

export const open = (context: Context): Verb =>
  new Verb({
    name: 'open',
    argument: '<NAME>',
    summary: 'Open an app in the browser, through a port-forward',
    description: `Forwards a port of ${LOOPBACK} to a web pod that is ready, until Ctrl-C. A connection that begins after that pod has gone goes to another one.`,
    examples: [
      ['Open the booking pages', 'kubectl vacation open milky-way'],
      ['Forward only, on a port of your choice', 'kubectl vacation open milky-way --port 8000 --no-browser'],
    ],
  })
    .addOption(
      new Option('--port <PORT>', 'the port of this machine; 0 takes a free one').default(0).argParser(parseCount),
    )
    .option('--no-browser', 'print the URL only')
    .does(async (name: string, { port, browser, ...options }: OpenOptions) => {
      const { terminal, signal } = context;
      const cluster = context.connect(options);
      const find = (): Promise<Target> => webPodOf(cluster, name);
      await find();
      const server = await listen(port, () => find(), { cluster, context });
      const address = server.address();
      const url = `http://${LOOPBACK}:${typeof address === 'object' ? (address?.port ?? port) : port}/`;
      terminal.out(`${url} leads to ${name} until Ctrl-C\n`);
      if (browser) context.openBrowser(url);
      if (!signal.aborted) await once(signal, 'abort');
      server.close();
    });

/** A web pod that is ready. Asked for each connection, so that a rollout does not end the forward. */
async function webPodOf(cluster: Cluster, name: string): Promise<Target> {
  const { namespace } = cluster;
  const labelSelector = `${LABEL.app}=${name},${LABEL.component}=web`;
  const pods = await cluster.list<V1Pod & KubeObject>(POD, { namespace, labelSelector });
  const pod = readyPodOf(pods);
  if (pod) return { namespace, pod: pod.metadata.name, port: portOf(pod) };
  const { spec, status } = await readApp(cluster, namespace, name);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const why = spec.mode === 'Hibernated' ? 'it is hibernated' : `${ready?.reason ?? ''}: ${ready?.message ?? ''}`;
  throw new PluginError('notFound', `${name} has no web pod that is ready: ${why}`);
}

export const readyPodOf = <T extends V1Pod>(pods: readonly T[]): T | undefined =>
  pods.find(
    ({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined &&
      status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
  );

function portOf({ spec }: V1Pod): number {
  const container = spec?.containers.find(({ name }) => name === WEB_CONTAINER);
  return container?.ports?.find(({ name }) => name === 'http')?.containerPort ?? 5000;
}

async function listen(
  port: number,
  find: () => Promise<Target>,
  { cluster, context }: { readonly cluster: Cluster; readonly context: Context },
): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    void (async () => {
      try {
        const target = await find();
        await cluster.forward(target.namespace, target.pod, target.port, socket);
      } catch (error) {
        context.terminal.error(`error: ${failureOf(error).message}\n`);
        socket.destroy();
      }
    })();
  });
  const closeAll = (): void => sockets.forEach((socket) => socket.destroy());
  context.signal.addEventListener('abort', closeAll, { once: true });
  server.listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new PluginError('failed', `Port ${port} of this machine cannot be used: ${failureOf(error).message}`, {
      cause: error,
    });
  }
  return server;
}
