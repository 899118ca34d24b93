/** The exit codes of `kubectl vacation`. docs/kubectl-plugin.md has this table. */
export const EXIT_CODES = {
  done: { code: 0, meaning: 'done; for `wait`: what was waited for is so' },
  failed: { code: 1, meaning: 'failed for a reason that has no code of its own; the message tells it' },
  usage: { code: 2, meaning: 'the command line is wrong: nothing was done' },
  notFound: { code: 3, meaning: 'there is no such app, namespace or pod, or the cluster does not know VacationApps' },
  forbidden: { code: 4, meaning: 'the API server does not allow it, or does not accept the credentials' },
  noCluster: { code: 5, meaning: 'no kubeconfig leads to a cluster, or the API server cannot be reached' },
  timedOut: { code: 6, meaning: 'the time of `--timeout` is over' },
  stalled: { code: 7, meaning: 'the app is Stalled, so waiting does not help: somebody has to act' },
  interrupted: { code: 130, meaning: 'ended by Ctrl-C' },
} as const;

export type Outcome = keyof typeof EXIT_CODES;

/** A failure that the user is told in one sentence, with an exit code of its own. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  readonly outcome: Outcome;

  constructor(outcome: Outcome, message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}
