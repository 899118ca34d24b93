import type { ApiError } from '../client/api-error.ts';
import type { Kind } from '../client/kinds.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';

const REPEAT_MS = 600_000;

/** Logs that the API server refuses a namespace: at once, then every ten minutes, although the watch of each kind fails at every retry. */
export class DenialLog {
  readonly #log: Logger;
  readonly #advice: string;
  readonly #now: () => number;
  readonly #loggedAt = new Map<string, number>();

  constructor(log: Logger, advice: string, now = (): number => performance.now()) {
    this.#log = log;
    this.#advice = advice;
    this.#now = now;
  }

  report(namespace: string, { kind }: Kind, error: ApiError): void {
    const sinceMs = this.#now() - (this.#loggedAt.get(namespace) ?? -Infinity);
    if (sinceMs < REPEAT_MS) return;
    this.#loggedAt.set(namespace, this.#now());
    const fields = { namespace, kind, ...errorFields(error), advice: this.#advice };
    this.#log.warn('The API server refuses a watched namespace', fields);
  }
}
