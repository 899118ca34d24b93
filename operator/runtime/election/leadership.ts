import { SilenceError, type ApiClient } from '../client/api-client.ts';
import { ApiError } from '../client/api-error.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';
import { LeaderElection } from './leader-election.ts';

export interface LeadershipOptions {
  /** False without an election: this process then always leads. */
  readonly isElected: boolean;
  readonly namespace: string;
  readonly lease: string;
  readonly identity: string;
  readonly log: Logger;
  /** Called when a renewal was not answered, so connections are probably dead. Not called again until the API server has answered. */
  readonly onSilence: () => void;
  /** Called when the API server answers again after failed renewals. */
  readonly onRecovery: () => void;
}

/** Runs work while this process leads. */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #election: LeaderElection;
  #isReachable = true;

  constructor(client: ApiClient, options: LeadershipOptions) {
    this.#options = options;
    const { namespace, lease: name, identity } = options;
    this.#election = new LeaderElection(client, {
      namespace,
      name,
      identity,
      onError: (error) => this.#onError(error),
      onAnswer: () => this.#onAnswer(),
    });
  }

  /** How long from now it is certain that no other process leads. 0 if this one does not lead. */
  leadsForMs(): number {
    return this.#options.isElected ? this.#election.leadsForMs() : Infinity;
  }

  /** The identity of the process that leads, as far as this one knows. */
  get leader(): string | undefined {
    return this.#options.isElected ? this.#election.holder : this.#options.identity;
  }

  get slowRenewals(): number {
    return this.#election.slowRenewals;
  }

  /** Runs `work` once in each term of leadership, until the signal aborts. `work` must go on until the signal passed to it aborts. */
  async run(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (!this.#options.isElected) return work(signal);
    while (!signal.aborted) {
      try {
        await this.#election.acquire(signal);
      } catch {
        return;
      }
      await this.#lead(work, signal);
    }
  }

  async #lead(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { log, lease, identity } = this.#options;
    log.info('Leading', { lease, identity });
    const term = new AbortController();
    const done = work(term.signal);
    // Release the lease only after the last write.
    const ended = new AbortController();
    signal.addEventListener('abort', () => term.abort(), { once: true, signal: term.signal });
    void done.then(() => ended.abort());
    if ((await this.#election.hold(ended.signal)) === 'lost') log.warn('Lost the lease', { lease });
    term.abort();
    await done;
  }

  #onError(error: unknown): void {
    this.#options.log.warn('Failed to renew the lease', errorFields(error));
    if (error instanceof ApiError) return;
    if (this.#isReachable && error instanceof SilenceError) this.#options.onSilence();
    this.#isReachable = false;
  }

  #onAnswer(): void {
    if (!this.#isReachable) this.#options.onRecovery();
    this.#isReachable = true;
  }
}
