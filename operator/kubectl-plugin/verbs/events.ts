import { EOL } from 'node:os';
import { Option } from 'commander';
import { EVENT } from '../../vacation-app/kinds.ts';
import { readApp, readApps } from '../cluster/read-world.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ConnectionOptions } from '../cluster/connect.ts';
import type { Context } from '../context.ts';
import { PluginError } from '../exit-code.ts';
import { scrubberOfApps } from '../report/known.ts';
import { withScrubbedWords } from '../report/scrub.ts';
import { eventModels, isOfApp, type EventModel, type LiveEvent } from '../model/event-model.ts';
import { eventsLines } from '../text/events-table.ts';
import { styleOf } from '../text/mark.ts';
import { documentOf } from '../text/yaml.ts';
import { allNamespacesOption, outputOption, Verb, type OutputFormat } from '../verb.ts';

interface EventsOptions extends ConnectionOptions {
  readonly output?: OutputFormat;
  readonly watch?: boolean;
  readonly allNamespaces?: boolean;
  readonly types?: string;
}

export const events = (context: Context): Verb =>
  new Verb({
    name: 'events',
    argument: '[NAME]',
    summary: 'List the events of an app, its children and its pods',
    description:
      'Without a name: those of every app of the namespace. The oldest comes first. Kubernetes keeps events for an hour. What looks like a credential in a message is redacted.',
    examples: [
      ['What happened to an app', 'kubectl vacation events milky-way'],
      ['Warnings of all namespaces, as they come', 'kubectl vacation events -A --types Warning --watch'],
    ],
  })
    .addOption(allNamespacesOption())
    .addOption(outputOption(['json', 'yaml', 'wide', 'name']))
    .addOption(new Option('--types <TYPE>', 'events of this type only').choices(['Normal', 'Warning']))
    .option('-w, --watch', 'go on with what happens from now on, until Ctrl-C')
    .does(async (name: string | undefined, { output, ...options }: EventsOptions) => {
      const { terminal, now, signal } = context;
      if (name !== undefined && options.allNamespaces === true) {
        throw new PluginError('usage', 'NAME and --all-namespaces exclude one another');
      }
      if (options.watch === true && (output === 'json' || output === 'yaml')) {
        throw new PluginError('usage', '--watch shows text: leave --output out, or set it to wide or name');
      }
      const cluster = context.connect(options);
      const namespace = options.allNamespaces === true ? '' : cluster.namespace;
      const show = (found: readonly EventModel[], isFirst: boolean): void => {
        if (output === 'json' || output === 'yaml') terminal.out(documentOf(output, { items: found }));
        else if (output === 'name')
          terminal.out(found.map(({ object, reason }) => `${object} ${reason}${EOL}`).join(''));
        else {
          const style = styleOf(terminal.hasColours);
          const table = { now: now(), style, isWide: output === 'wide', hasNamespace: namespace === '' };
          const lines = found.length === 0 && isFirst ? ['No events found.'] : eventsLines(found, table);
          terminal.out(
            lines
              .slice(isFirst ? 0 : 1)
              .map((line) => line + EOL)
              .join(''),
          );
        }
      };
      if (options.watch !== true) {
        show(await readEvents(cluster, namespace, name, options.types), true);
        return;
      }
      const shown = new Map<string, string>();
      await cluster.follow([{ kind: EVENT, namespace }], signal, async () => {
        const found = await readEvents(cluster, namespace, name, options.types);
        const fresh = found.filter(({ uid, time, count }) => shown.get(uid) !== `${time} ${count}`);
        if (fresh.length > 0 || shown.size === 0) show(fresh, shown.size === 0);
        for (const { uid, time, count } of found) shown.set(uid, `${time} ${count}`);
        return false;
      });
    });

/** @throws PluginError `notFound` where there is no app of the name, nor any event of it. */
export async function readEvents(
  cluster: Cluster,
  namespace: string,
  name: string | undefined,
  type?: string,
): Promise<EventModel[]> {
  const fieldSelector = type === undefined ? {} : { fieldSelector: `type=${type}` };
  const [found, apps] = await Promise.all([
    cluster.list<LiveEvent>(EVENT, { namespace, ...fieldSelector }),
    // With a name, they serve only to redact more: whoever may not list apps sees the events all the same.
    readApps(cluster, namespace, name).catch((error: unknown) => {
      if (name === undefined) throw error;
      return [];
    }),
  ]);
  const names = name === undefined ? apps : [{ metadata: { name, namespace } }];
  const own = found.filter((event) =>
    names.some(
      ({ metadata }) =>
        (metadata.namespace ?? '') === (event.metadata.namespace ?? '') && isOfApp(event, metadata.name),
    ),
  );
  // Events outlive an app that was deleted.
  if (own.length === 0 && name !== undefined) await readApp(cluster, namespace, name);
  return withScrubbedWords(eventModels(own), scrubberOfApps(apps));
}
