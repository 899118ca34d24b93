import type { Command } from 'commander';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import type { ConnectionOptions } from '../cluster/connect.ts';
import { readApps } from '../cluster/read-world.ts';
import { candidatesOf, type Lookups } from '../completion.ts';
import type { Context } from '../context.ts';
import { Verb } from '../verb.ts';

const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' } as const;

/** What `kubectl_complete-vacation` calls, with the words of the command line, the last of which is to be completed. */
export const complete = (context: Context, program: Command): Verb => {
  const verb = new Verb({ name: '__complete', summary: 'Complete a command line', examples: [] });
  verb.argument('[WORDS...]').allowUnknownOption().helpOption(false);
  return verb.does(async () => {
    const words = verb.parent?.args.slice(1) ?? [];
    context.terminal.out(await candidatesOf(program, words, lookups(context)));
  });
};

function lookups(context: Context): Lookups {
  const names = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name);
  return {
    apps: async (options: ConnectionOptions) => {
      const cluster = context.connect(options);
      return names(await readApps(cluster, cluster.namespace));
    },
    namespaces: async (options) => names(await context.connect(options).listMetadata(NAMESPACES, { namespace: '' })),
    contexts: (options) => Promise.resolve(context.contexts(options)),
  };
}
