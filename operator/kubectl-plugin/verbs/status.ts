import { EOL } from 'node:os';
import { APPS, readApps, readWorld } from '../cluster/read-world.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ConnectionOptions } from '../cluster/connect.ts';
import type { Context } from '../context.ts';
import { PluginError } from '../exit-code.ts';
import { scrubberOf, scrubberOfApps } from '../report/known.ts';
import { withScrubbedWords } from '../report/scrub.ts';
import { appModel, appSummary, type AppModel, type AppSummary } from '../model/app-model.ts';
import { changeLines, factsOfApp, factsOfApps } from '../text/changes.ts';
import { appsLines } from '../text/apps-table.ts';
import { styleOf } from '../text/mark.ts';
import { Screen } from '../text/screen.ts';
import { statusLines } from '../text/status-tree.ts';
import { documentOf } from '../text/yaml.ts';
import { allNamespacesOption, outputOption, Verb, type OutputFormat } from '../verb.ts';
import { LABEL } from '../../vacation-app/names.ts';
import { POD } from '../../vacation-app/kinds.ts';

interface StatusOptions extends ConnectionOptions {
  readonly output?: OutputFormat;
  readonly watch?: boolean;
  readonly allNamespaces?: boolean;
}

type Seen = { readonly app: AppModel } | { readonly apps: readonly AppSummary[] };

export const status = (context: Context): Verb =>
  new Verb({
    name: 'status',
    argument: '[NAME]',
    summary: 'Show the state of an app and what to do about it, or list the apps',
    description:
      'With a name it draws a tree: the conditions of the app, each with what to do about it, its children and their pods.\nWithout a name it lists the apps of the namespace.\nWhat looks like a credential in a message is redacted.',
    examples: [
      ['The apps of the namespace', 'kubectl vacation status'],
      ['The apps of all namespaces, with their images', 'kubectl vacation status -A -o wide'],
      ['One app', 'kubectl vacation status milky-way -n travel'],
      ['One app, until Ctrl-C', 'kubectl vacation status milky-way --watch'],
      ['What the tree shows, for a script', 'kubectl vacation status milky-way -o json'],
    ],
  })
    .addOption(allNamespacesOption())
    .addOption(outputOption(['json', 'yaml', 'wide', 'name']))
    .option('-w, --watch', 'show every change until Ctrl-C; where the output is no terminal, changes as lines')
    .does(async (name: string | undefined, options: StatusOptions) => {
      if (name !== undefined && options.allNamespaces === true) {
        throw new PluginError('usage', 'NAME and --all-namespaces exclude one another');
      }
      const isDocument = options.output === 'json' || options.output === 'yaml';
      if (options.watch === true && (isDocument || options.output === 'name')) {
        throw new PluginError('usage', '--watch shows text: leave --output out, or set it to wide');
      }
      const cluster = context.connect(options);
      const namespace = options.allNamespaces === true ? '' : cluster.namespace;
      if (options.watch === true) await watch(context, cluster, namespace, name, options);
      else context.terminal.out(textOf(await look(cluster, namespace, name), context, options));
    });

async function look(cluster: Cluster, namespace: string, name: string | undefined): Promise<Seen> {
  if (name === undefined) {
    const apps = await readApps(cluster, namespace);
    return { apps: withScrubbedWords(apps.map(appSummary), scrubberOfApps(apps)) };
  }
  const world = await readWorld(cluster, namespace, name);
  return { app: withScrubbedWords(appModel(world), scrubberOf([world])) };
}

function textOf(seen: Seen, context: Context, options: StatusOptions): string {
  const { output } = options;
  if (output === 'json' || output === 'yaml') {
    return documentOf(output, 'app' in seen ? seen.app : { items: seen.apps });
  }
  if (output === 'name') {
    const apps = 'app' in seen ? [seen.app] : seen.apps;
    return apps.map(({ name }) => `vacationapp.interstellar.dev/${name}\n`).join('');
  }
  return linesOf(seen, context, options)
    .map((line) => line + EOL)
    .join('');
}

function linesOf(seen: Seen, { now, terminal }: Context, { output, allNamespaces }: StatusOptions): string[] {
  const style = styleOf(terminal.hasColours);
  const isWide = output === 'wide';
  if ('app' in seen) return statusLines(seen.app, { now: now(), style, isWide, columns: terminal.columns });
  if (seen.apps.length === 0) return ['No apps found.'];
  return appsLines(seen.apps, { now: now(), style, isWide, hasNamespace: allNamespaces === true });
}

/** Looks again after each change of an app or of a pod: what else changes of an app changes with them. */
async function watch(
  context: Context,
  cluster: Cluster,
  namespace: string,
  name: string | undefined,
  options: StatusOptions,
): Promise<void> {
  const { terminal, signal, now } = context;
  const selections = [
    { kind: APPS, namespace, ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }) },
    ...(name === undefined ? [] : [{ kind: POD, namespace, labelSelector: `${LABEL.app}=${name}` }]),
  ];
  const screen = terminal.isInteractive ? new Screen(terminal) : undefined;
  let facts: ReadonlyMap<string, string> | undefined;
  try {
    await cluster.follow(selections, signal, async () => {
      const seen = await look(cluster, namespace, name);
      if (screen) {
        screen.show(() => linesOf(seen, context, options));
        return false;
      }
      const after = 'app' in seen ? factsOfApp(seen.app) : factsOfApps(seen.apps);
      if (facts === undefined) terminal.out(textOf(seen, context, options));
      else
        terminal.out(
          changeLines(facts, after, now())
            .map((line) => line + EOL)
            .join(''),
        );
      facts = after;
      return false;
    });
  } finally {
    screen?.leave();
  }
}
