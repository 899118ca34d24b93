import type { Context } from '../context.ts';
import { Verb } from '../verb.ts';

/** kubectl runs a program of this name for completion, in every shell that kubectl itself completes in. */
export const COMPLETER = 'kubectl_complete-vacation';

/** What the program does: the words of the command line go to the plugin. */
export const COMPLETER_SCRIPT = `#!/bin/sh
# Completion of "kubectl vacation". Keep it as ${COMPLETER} in a folder of your PATH.
exec kubectl-vacation __complete "$@"
`;

export const completion = (context: Context): Verb =>
  new Verb({
    name: 'completion',
    summary: 'Print the program that completes "kubectl vacation" in bash, zsh and fish',
    description: `kubectl's own completion (kubectl completion --help) runs ${COMPLETER} for this plugin, in each of these shells. Keep the program in a folder of your PATH.`,
    examples: [
      [
        'Install it beside the plugin',
        `kubectl vacation completion > ~/.local/bin/${COMPLETER} && chmod +x ~/.local/bin/${COMPLETER}`,
      ],
    ],
  }).does(() => {
    context.terminal.out(COMPLETER_SCRIPT);
    return Promise.resolve();
  });
