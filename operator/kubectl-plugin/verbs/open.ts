import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { V1Pod } from '@kubernetes/client-node';
import { Option } from 'commander';
import { POD } from '../../vacation-app/kinds.ts';
import { LABEL } from '../../vacation-app/names.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { failureOf } from '../cluster/failure.ts';
import { readOperatorPods, type LivePod } from '../cluster/read-operator-pods.ts';
import { readApp } from '../cluster/read-world.ts';
import type { ConnectionOptions } from '../cluster/connect.ts';
import type { Context } from '../context.ts';
import { PluginError } from '../exit-code.ts';
import { operatorNamespaceOption, parseCount, Verb } from '../verb.ts';

interface OpenOptions extends ConnectionOptions {
  readonly port: number;
  readonly browser: boolean;
  readonly statusPage?: boolean;
  readonly operatorNamespace: string;
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
    argument: '[NAME]',
    summary: 'Open an app or the status page in the browser, through a port-forward',
    description: `Forwards a port of ${LOOPBACK} to a web pod of the app that is ready, or to a pod of the operator, until Ctrl-C. A connection that begins after that pod has gone goes to another one.`,
    examples: [
      ['Open the booking pages', 'kubectl vacation open milky-way'],
      ["Open the operator's status page", 'kubectl vacation open --status-page'],
      ['Forward only, on a port of your choice', 'kubectl vacation open milky-way --port 8000 --no-browser'],
    ],
  })
    .addOption(
      new Option('--port <PORT>', 'the port of this machine; 0 takes a free one').default(0).argParser(parseCount),
    )
    .option('--no-browser', 'print the URL only')
    .option('--status-page', 'open the status page of the operator instead of an app')
    .addOption(operatorNamespaceOption())
    .does(async (name: string | undefined, options: OpenOptions) => {
      const { port, browser, statusPage = false, operatorNamespace } = options;
      const { terminal, signal } = context;
      if ((name !== undefined) === statusPage) throw new PluginError('usage', 'Give either NAME or --status-page');
      const cluster = context.connect(options);
      // Asked for each connection, so that a rollout does not end the forward.
      const find = (): Promise<Target> =>
        name === undefined ? statusPageOf(cluster, operatorNamespace) : webPageOf(cluster, name);
      await find();
      const server = await listen(port, find, { cluster, context });
      const address = server.address();
      const url = `http://${LOOPBACK}:${typeof address === 'object' ? (address?.port ?? port) : port}/`;
      terminal.out(`${url} leads to ${name ?? 'the status page'} until Ctrl-C\n`);
      if (browser) context.openBrowser(url);
      if (!signal.aborted) await once(signal, 'abort');
      server.close();
    });

/** The pages of a web pod that is ready. */
async function webPageOf(cluster: Cluster, name: string): Promise<Target> {
  const { namespace } = cluster;
  const labelSelector = `${LABEL.app}=${name},${LABEL.component}=web`;
  const pod = readyPodOf(await cluster.list<LivePod>(POD, { namespace, labelSelector }));
  if (pod) return targetOf(pod, 'http', 5000);
  const { spec, status } = await readApp(cluster, namespace, name);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const why = spec.mode === 'Hibernated' ? 'it is hibernated' : `${ready?.reason ?? ''}: ${ready?.message ?? ''}`;
  throw new PluginError('notFound', `${name} has no web pod that is ready: ${why}`);
}

/** The status page of one replica of the operator, the same each time: only that one knows who has signed in. */
async function statusPageOf(cluster: Cluster, operatorNamespace: string): Promise<Target> {
  const pod = readyPodOf(await readOperatorPods(cluster, operatorNamespace));
  if (pod) return targetOf(pod, 'status', 8082);
  throw new PluginError('notFound', 'No pod of the operator is ready');
}

const targetOf = ({ metadata, spec }: LivePod, portName: string, usual: number): Target => ({
  namespace: metadata.namespace ?? '',
  pod: metadata.name,
  port:
    spec?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === portName)?.containerPort ?? usual,
});

export const readyPodOf = <T extends V1Pod>(pods: readonly T[]): T | undefined =>
  pods.find(
    ({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined &&
      status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
  );

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
