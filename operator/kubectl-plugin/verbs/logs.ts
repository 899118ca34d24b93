import { EOL } from 'node:os';
import type { V1Pod } from '@kubernetes/client-node';
import { Option } from 'commander';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { POD } from '../../vacation-app/kinds.ts';
import { LABEL } from '../../vacation-app/names.ts';
import { failureOf } from '../cluster/failure.ts';
import { readApp } from '../cluster/read-world.ts';
import type { ConnectionOptions } from '../cluster/connect.ts';
import type { Context } from '../context.ts';
import { PluginError } from '../exit-code.ts';
import { styleOf } from '../text/mark.ts';
import { parseCount, parseSeconds, Verb } from '../verb.ts';

interface LogsOptions extends ConnectionOptions {
  readonly component: string;
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly since?: number;
  readonly tail?: number;
}

const COMPONENTS = ['web', 'mysql', 'migration', 'check'];

export const logs = (context: Context): Verb =>
  new Verb({
    name: 'logs',
    argument: '<NAME>',
    summary: 'Print the logs of the pods of an app',
    description: 'With several pods, each line begins with the name of its pod.',
    examples: [
      ['The logs of the web pods', 'kubectl vacation logs milky-way'],
      ['The last lines of MySQL, and those to come', 'kubectl vacation logs milky-way --component mysql --tail 20 -f'],
      ['Why a container has ended', 'kubectl vacation logs milky-way --previous'],
    ],
  })
    .addOption(new Option('--component <COMPONENT>', 'whose pods').choices(COMPONENTS).default('web'))
    .option('-c, --container <NAME>', 'the container; default: the first of the pod')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('-p, --previous', 'of the container before the last restart')
    .option('--timestamps', 'begin each line with its time')
    .addOption(new Option('--since <DURATION>', 'no lines older than that, such as 5m').argParser(parseSeconds))
    .addOption(new Option('--tail <LINES>', 'the last lines of each pod only; default: all').argParser(parseCount))
    .does(async (name: string, options: LogsOptions) => {
      const { terminal, signal } = context;
      const { component, container, follow, previous, timestamps, since, tail } = options;
      const cluster = context.connect(options);
      const { namespace } = cluster;
      const labelSelector = `${LABEL.app}=${name},${LABEL.component}=${component}`;
      const pods = await cluster.list<V1Pod & KubeObject>(POD, { namespace, labelSelector });
      if (pods.length === 0) {
        const app = await readApp(cluster, namespace, name);
        const why = app.spec.mode === 'Hibernated' ? ': it is hibernated' : '';
        throw new PluginError('notFound', `${name} has no pod of component ${component}${why}`);
      }
      const style = styleOf(terminal.hasColours);
      const results = await Promise.all(
        pods.map(async (pod) => {
          const prefix = pods.length === 1 ? '' : `${style.dim(`[${pod.metadata.name}]`)} `;
          const choice = {
            container: container ?? pod.spec?.containers[0]?.name ?? '',
            ...(follow === undefined ? {} : { follow }),
            ...(previous === undefined ? {} : { previous }),
            ...(timestamps === undefined ? {} : { timestamps }),
            ...(since === undefined ? {} : { sinceSeconds: since }),
            ...(tail === undefined ? {} : { tailLines: tail }),
          };
          try {
            for await (const line of cluster.log(namespace, pod.metadata.name, choice, signal)) {
              terminal.out(prefix + line + EOL);
            }
            return undefined;
          } catch (error) {
            return failureOf(error);
          }
        }),
      );
      const failures = results.filter((result) => result !== undefined);
      const [first, ...others] = failures;
      if (first === undefined) return;
      for (const { message } of others) terminal.error(`error: ${message}\n`);
      throw first;
    });
