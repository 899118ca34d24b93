import type { Command, Option } from 'commander';
import type { KubeObject } from '../runtime/client/kinds.ts';
import type { ConnectionOptions } from './cluster/connect.ts';
import { readApps } from './cluster/read-world.ts';
import type { Context } from './context.ts';

/** Names that only the cluster or the kubeconfig knows. */
export interface Lookups {
  apps(options: ConnectionOptions): Promise<readonly string[]>;
  namespaces(options: ConnectionOptions): Promise<readonly string[]>;
  contexts(options: ConnectionOptions): Promise<readonly string[]>;
}

const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' } as const;

export function lookupsOf(context: Context): Lookups {
  const names = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name);
  return {
    apps: async (options) => {
      const cluster = context.connect(options);
      return names(await readApps(cluster, cluster.namespace));
    },
    namespaces: async (options) => names(await context.connect(options).listMetadata(NAMESPACES, { namespace: '' })),
    contexts: (options) => Promise.resolve(context.contexts(options)),
  };
}

interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** The directives of kubectl's completion library (cobra). */
const NO_FILES = ':4';
const FILES = ':0';

/**
 * The candidates for the last word, one a line with a tab and its description, then a directive: the protocol of kubectl's completion.
 * Where a lookup fails there are none, because nobody reads an error while completing.
 */
export async function candidatesOf(program: Command, words: readonly string[], lookups: Lookups): Promise<string> {
  const before = words.slice(0, -1);
  const word = words.at(-1) ?? '';
  const read = readWords(program, before);
  const verb = program.commands.find((command) => command.name() === read.arguments[0]);
  const options = [...program.options, ...(verb?.options ?? [])];

  // 1. The value of an option, after a space or after `=`.
  const assigned = /^(--[^=]+)=(.*)$/.exec(word);
  const waiting = assigned ? options.find(({ long }) => long === assigned[1]) : read.waiting;
  if (waiting) {
    if (waiting.flags.includes('<FILE>')) return answer([], FILES);
    const start = assigned ? `${assigned[1] ?? ''}=` : '';
    const values = await valuesOf(waiting, read.connection, lookups);
    return answer(values.map((value) => ({ value: start + value })).filter(startsWith(word)));
  }
  // 2. An option.
  if (word.startsWith('-')) {
    const flags = options.flatMap(({ long, hidden, description }) =>
      long === undefined || hidden ? [] : [{ value: long, description }],
    );
    return answer(flags.filter(startsWith(word)));
  }
  // 3. The verb.
  if (read.arguments.length === 0) {
    const verbs = program.createHelp().visibleCommands(program);
    return answer(verbs.map((one) => ({ value: one.name(), description: one.summary() })).filter(startsWith(word)));
  }
  // 4. The name of an app.
  const takesName = verb?.registeredArguments.some((one) => one.name() === 'NAME') === true;
  if (!takesName || read.arguments.length > 1) return answer([]);
  const names = await quietly(lookups.apps(read.connection));
  return answer(names.map((value) => ({ value })).filter(startsWith(word)));
}

const startsWith =
  (word: string) =>
  ({ value }: Candidate): boolean =>
    value.startsWith(word);

const answer = (candidates: readonly Candidate[], directive = NO_FILES): string =>
  [
    ...candidates.map(({ value, description }) => (description === undefined ? value : `${value}\t${description}`)),
    directive,
    '',
  ].join('\n');

/** The words that are no options, those options that lead to the cluster, and the option that the next word is the value of. */
function readWords(
  program: Command,
  words: readonly string[],
): { arguments: string[]; connection: ConnectionOptions; waiting: Option | undefined } {
  const found: string[] = [];
  const connection: Record<string, string> = {};
  let waiting: Option | undefined;
  for (const word of words) {
    if (waiting) {
      connection[waiting.attributeName()] = word;
      waiting = undefined;
      continue;
    }
    if (!word.startsWith('-')) {
      found.push(word);
      continue;
    }
    const [flag = '', value] = word.split(/=(.*)/s);
    const verb = program.commands.find((command) => command.name() === found[0]);
    const option = [...program.options, ...(verb?.options ?? [])].find(
      (one) => one.long === flag || one.short === flag,
    );
    if (option?.required !== true) continue;
    if (value === undefined) waiting = option;
    else connection[option.attributeName()] = value;
  }
  return { arguments: found, connection, waiting };
}

async function valuesOf(option: Option, connection: ConnectionOptions, lookups: Lookups): Promise<readonly string[]> {
  if (option.argChoices) return option.argChoices;
  if (option.long === '--namespace') return quietly(lookups.namespaces(connection));
  if (option.long === '--context') return quietly(lookups.contexts(connection));
  return [];
}

async function quietly(looking: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await looking;
  } catch {
    return [];
  }
}
