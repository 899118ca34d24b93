import type { Command, Help, Option } from 'commander';
import { Verb } from './verb.ts';

/** What users type. */
const COMMAND = 'kubectl vacation';

/** Help in kubectl's manner: what it does, examples, options, usage. */
export function formatHelp(command: Command, helper: Help): string {
  const verbs = helper.visibleCommands(command).filter((one) => one instanceof Verb);
  const parts = [
    command.description(),
    ...(command instanceof Verb ? [section('Examples', examplesOf(command))] : []),
    ...(verbs.length === 0 ? [] : [section('Available Commands', verbsOf(verbs))]),
    section('Options', optionsOf(helper.visibleOptions(command))),
    ...(command instanceof Verb ? [section('Global Options', optionsOf(helper.visibleGlobalOptions(command)))] : []),
    section('Usage', [usageOf(command)]),
    ...(verbs.length === 0 ? [] : [`Use "${COMMAND} COMMAND --help" for more information about a command.`]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');

const examplesOf = ({ examples }: Verb): string[] =>
  examples.flatMap(([comment, line], index) => [...(index === 0 ? [] : ['']), `# ${comment}`, line]);

function verbsOf(verbs: readonly Command[]): string[] {
  const width = Math.max(...verbs.map((verb) => verb.name().length));
  return verbs.map((verb) => `${verb.name().padEnd(width)}   ${verb.summary()}`);
}

const optionsOf = (options: readonly Option[]): string[] =>
  options.flatMap(({ flags, description, argChoices, defaultValue, defaultValueDescription }) => {
    const value: unknown = defaultValue;
    const preset =
      defaultValueDescription ?? (typeof value === 'string' || typeof value === 'number' ? value : undefined);
    const notes = [
      ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
      ...(preset === undefined ? [] : [`default ${preset}`]),
    ];
    return [`  ${flags}`, `      ${description}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`];
  });

export function usageOf(command: Command): string {
  if (!(command instanceof Verb)) return `${COMMAND} COMMAND [options]`;
  const names = command.registeredArguments.map((one) => (one.required ? one.name() : `[${one.name()}]`));
  return [COMMAND, command.name(), ...names, '[options]'].join(' ');
}
