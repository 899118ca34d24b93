import { Option } from 'commander';
import type { VacationApp } from '../api/vacation-app.ts';
import { isPaused } from '../api/paused.ts';
import { APPS, readApp } from './cluster/read-world.ts';
import type { ConnectionOptions } from './cluster/connect.ts';
import type { Context } from './context.ts';
import { PluginError } from './exit-code.ts';
import type { Goal } from './model/goal.ts';
import { documentOf } from './text/yaml.ts';
import { outputOption, timeoutOption, Verb, type VerbHelp } from './verb.ts';
import { waitFor } from './wait-for.ts';

/** What a verb does with an app. */
export type Change =
  | {
      /** A JSON merge patch. */
      readonly patch: object;
      /** What kubectl would say: `hibernated`. */
      readonly done: string;
      /** What happens next. */
      readonly next: string;
      /** What `--wait` waits for. Absent where there is nothing to wait for. */
      readonly goal?: Goal;
    }
  /** Nothing is to be done, and why. */
  | { readonly needless: string };

interface ChangeOptions extends ConnectionOptions {
  readonly output?: 'json' | 'yaml' | 'name';
  readonly dryRun?: 'none' | 'server';
  readonly wait?: boolean;
  readonly timeout: number;
}

/** A verb that changes one app: patch, say what happens next, wait if asked. `now` is the time of the request. */
export function changeVerb(
  context: Context,
  help: Omit<VerbHelp, 'argument'>,
  change: (app: VacationApp, now: Date) => Change,
  canWait = true,
): Verb {
  const verb = new Verb({ ...help, argument: '<NAME>' })
    .addOption(outputOption(['json', 'yaml', 'name']))
    .addOption(
      new Option('--dry-run <MODE>', 'server: the API server checks the change and stores nothing')
        .choices(['none', 'server'])
        .default('none'),
    );
  if (canWait) {
    verb.option('--wait', 'wait until it is done, and tell what is waited for').addOption(timeoutOption());
  }
  return verb.does(async (name: string, { output, dryRun, wait, timeout, ...options }: ChangeOptions) => {
    const cluster = context.connect(options);
    const { namespace } = cluster;
    const say = (text: string): void => (output === undefined ? context.terminal.out(`${text}\n`) : undefined);
    const app = await readApp(cluster, namespace, name);
    const wanted = change(app, context.now());
    const isDryRun = dryRun === 'server';
    if ('needless' in wanted) {
      say(`${FULL_NAME}/${name} unchanged: ${wanted.needless}`);
      show(context, output, app);
      return;
    }
    const { patch, done, next, goal } = wanted;
    const isHeld = isPaused(app) && goal !== undefined;
    const after = await cluster.patch<VacationApp>(APPS, namespace, name, patch, isDryRun);
    show(context, output, after);
    say(`${FULL_NAME}/${name} ${done}${isDryRun ? ' (server dry run)' : ''}`);
    if (isDryRun) return;
    if (isHeld) {
      const held = `${name} is paused, so the operator does nothing about it until: kubectl vacation resume ${name} --namespace ${namespace}`;
      if (wait === true) throw new PluginError('failed', held);
      say(held);
      return;
    }
    say(next);
    if (goal === undefined || wait !== true) return;
    await waitFor(goal, { namespace, name }, timeout, { cluster, context });
    if (!context.signal.aborted) say(`${FULL_NAME}/${name}: ${goal.what} is done`);
  });
}

export const FULL_NAME = 'vacationapp.interstellar.dev';

function show({ terminal }: Context, output: ChangeOptions['output'], app: VacationApp): void {
  if (output === 'name') terminal.out(`${FULL_NAME}/${app.metadata.name}\n`);
  else if (output !== undefined) terminal.out(documentOf(output, app));
}

/** The command that follows what happens, for `next`. */
export const followBy = ({ metadata }: VacationApp, goal = ''): string =>
  `kubectl vacation wait ${metadata.name} --namespace ${metadata.namespace ?? ''}${goal === '' ? '' : ` --for ${goal}`}`;
