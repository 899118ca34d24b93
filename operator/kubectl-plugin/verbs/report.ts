import { Option } from 'commander';
import type { ConnectionOptions } from '../cluster/connect.ts';
import type { Context } from '../context.ts';
import { PluginError } from '../exit-code.ts';
import { failureOf } from '../cluster/failure.ts';
import { collect } from '../report/collect.ts';
import { reportText } from '../report/report-text.ts';
import { operatorNamespaceOption, parseCount, Verb } from '../verb.ts';

interface ReportOptions extends ConnectionOptions {
  readonly file?: string;
  readonly tail: number;
  readonly operatorNamespace: string;
}

export const report = (context: Context): Verb =>
  new Verb({
    name: 'report',
    argument: '<NAME>',
    summary: 'Write all that a bug report needs into one text file, without secrets',
    description:
      'The file holds the resource, its children, pods, events and logs, what the namespace and the nodes allow, and the operator with its settings and its log. It begins with the list of what was redacted: the content of Secrets, values of environment variables, annotations of others, commands, and whatever in logs and messages looks like a credential or is the value of a Secret of the app. Read it before you pass it on.',
    examples: [
      ['Write a report into the current folder', 'kubectl vacation report milky-way'],
      ['Print it', 'kubectl vacation report milky-way --file -'],
    ],
  })
    .option('--file <FILE>', 'where to write it, - for the output; default: vacation-report-NAMESPACE-NAME-TIME.txt')
    .addOption(new Option('--tail <LINES>', 'how many lines of each log').default(200).argParser(parseCount))
    .addOption(operatorNamespaceOption())
    .does(async (name: string, { file, tail, operatorNamespace, ...options }: ReportOptions) => {
      const { terminal, signal, now, version } = context;
      const cluster = context.connect(options);
      const material = await collect(cluster, { name, operatorNamespace, lines: tail, signal });
      const text = reportText(material, { now: now(), version });
      if (file === '-') {
        terminal.out(text);
        return;
      }
      const time = now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z')
        .replaceAll(':', '');
      const path = file ?? `vacation-report-${cluster.namespace}-${name}-${time}.txt`;
      try {
        await context.createFile(path, text);
      } catch (error) {
        throw new PluginError('failed', `The report was not written: ${failureOf(error).message}`, { cause: error });
      }
      terminal.out(`${path}\n`);
      terminal.error('Read it before you pass it on: its section "Redacted" lists what was taken out.\n');
    });
