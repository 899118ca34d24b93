import { Command, Option } from 'commander';
import type { Context } from './context.ts';
import { formatHelp } from './help.ts';
import type { Verb } from './verb.ts';
import { completion } from './verbs/completion.ts';
import { events } from './verbs/events.ts';
import { hibernate } from './verbs/hibernate.ts';
import { logs } from './verbs/logs.ts';
import { open } from './verbs/open.ts';
import { pause } from './verbs/pause.ts';
import { report } from './verbs/report.ts';
import { restart } from './verbs/restart.ts';
import { resume } from './verbs/resume.ts';
import { status } from './verbs/status.ts';
import { update } from './verbs/update.ts';
import { wait } from './verbs/wait.ts';
import { wake } from './verbs/wake.ts';

/** The verbs, in the order of the help. */
const VERBS: readonly ((context: Context) => Verb)[] = [
  status,
  wait,
  events,
  logs,
  open,
  hibernate,
  wake,
  pause,
  resume,
  restart,
  update,
  report,
  completion,
];

/** The command line of `kubectl vacation`. Nothing is connected to before a verb runs. */
export function createProgram(context: Context): Command {
  const program = new Command('kubectl vacation')
    .description(
      'Looks after the VacationApps of a cluster: what state they are in, what to do about it, and the usual actions.',
    )
    .addOption(
      new Option('-n, --namespace <NAMESPACE>', "the namespace of the app; default: that of the kubeconfig's context"),
    )
    .addOption(new Option('--context <NAME>', 'the context of the kubeconfig'))
    .addOption(new Option('--kubeconfig <FILE>', 'the kubeconfig'))
    .version(context.version, '--version', 'the version of this plugin')
    .helpOption('-h, --help', 'this help')
    .helpCommand(false);
  const verbs = VERBS.map((create) => create(context));
  for (const verb of verbs) program.addCommand(verb);
  for (const command of [program, ...program.commands]) {
    command
      .helpOption('-h, --help', 'this help')
      .configureHelp({ formatHelp, showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => context.terminal.out(text),
        writeErr: (text) => context.terminal.error(text),
        outputError: (text, write) => write(text),
      })
      .exitOverride();
  }
  return program;
}
