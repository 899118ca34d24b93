import { Command, InvalidArgumentError, Option } from 'commander';
import { secondsOf } from './text/age.ts';

export interface VerbHelp {
  readonly name: string;
  /** `NAME`, `[NAME]`, or undefined for none. */
  readonly argument?: '<NAME>' | '[NAME]' | '[SHELL]';
  /** One line, for the list of verbs. */
  readonly summary: string;
  /** What else there is to know. */
  readonly description?: string;
  /** A comment, then the command. */
  readonly examples: readonly (readonly [comment: string, command: string])[];
}

/** A verb of `kubectl vacation`. */
export class Verb extends Command {
  readonly examples: VerbHelp['examples'];

  constructor({ name, argument, summary, description, examples }: VerbHelp) {
    super(name);
    this.examples = examples;
    this.summary(summary);
    this.description(description === undefined ? `${summary}.` : `${summary}.\n\n${description}`);
    if (argument !== undefined) this.argument(argument);
  }

  /** What the verb does with its argument and its options, those of the connection included. The library does not know their types. */
  does(work: (argument: never, options: never) => Promise<void>): this {
    return this.action(() => work(this.processedArgs[0] as never, this.optsWithGlobals<never>()));
  }
}

export type OutputFormat = 'json' | 'yaml' | 'wide' | 'name';

export const outputOption = (formats: readonly OutputFormat[]): Option =>
  new Option('-o, --output <FORMAT>', 'the form of the output').choices(formats);

export const allNamespacesOption = (): Option =>
  new Option('-A, --all-namespaces', 'the apps of all namespaces, whatever --namespace says');

export const operatorNamespaceOption = (): Option =>
  new Option(
    '--operator-namespace <NAMESPACE>',
    'where the operator runs, if you may not list pods everywhere',
  ).default('vacation-system');

export const timeoutOption = (): Option =>
  new Option(
    '--timeout <DURATION>',
    'how long to wait, such as 90s or 5m; 0 looks once, a negative number waits for a week',
  )
    .default(300, '5m')
    .argParser(parseSeconds);

const WEEK = 7 * 24 * 3600;

export function parseSeconds(text: string): number {
  const seconds = secondsOf(text);
  if (seconds === undefined) throw new InvalidArgumentError('It must be a duration, such as 90s, 5m or 1h30m.');
  return seconds < 0 ? WEEK : seconds;
}

export function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
