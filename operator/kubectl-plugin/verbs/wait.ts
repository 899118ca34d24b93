import { Option } from 'commander';
import { FULL_NAME } from '../change-verb.ts';
import type { ConnectionOptions } from '../cluster/connect.ts';
import type { Context } from '../context.ts';
import { PluginError } from '../exit-code.ts';
import { goalOf, GOAL_NAMES } from '../model/goal.ts';
import { timeoutOption, Verb } from '../verb.ts';
import { waitFor } from '../wait-for.ts';

interface WaitOptions extends ConnectionOptions {
  readonly for: string;
  readonly timeout: number;
}

export const wait = (context: Context): Verb =>
  new Verb({
    name: 'wait',
    argument: '<NAME>',
    summary: 'Wait for a condition of an app, and tell what it waits for',
    description:
      'Each line on standard error says what the app waits for. It ends at once with code 7 where the app is Stalled, because somebody has to act.',
    examples: [
      ['Wait until an app serves', 'kubectl vacation wait milky-way'],
      ['Wait until nothing of it runs', 'kubectl vacation wait milky-way --for Hibernated'],
      ['Wait until the Ingress has an address', 'kubectl vacation wait milky-way --for Exposed --timeout 2m'],
    ],
  })
    .addOption(new Option('--for <CONDITION>', `${GOAL_NAMES.join(', ')}, or CONDITION=STATUS`).default('Ready'))
    .addOption(timeoutOption())
    .does(async (name: string, { for: text, timeout, ...options }: WaitOptions) => {
      const goal = goalOf(text);
      if (goal === undefined) {
        throw new PluginError('usage', `--for "${text}" is none of ${GOAL_NAMES.join(', ')}, nor CONDITION=STATUS`);
      }
      const cluster = context.connect(options);
      await waitFor(goal, { namespace: cluster.namespace, name }, timeout, { cluster, context });
      if (context.signal.aborted) return;
      context.terminal.out(`${FULL_NAME}/${name} ${goal.what === 'delete' ? 'deleted' : 'condition met'}\n`);
    });
