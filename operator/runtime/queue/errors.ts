/** Something we depend on is not there yet. Not a failure: look again after `retryAfterMs`, or when a watch says so. */
export class WaitingError extends Error {
  override readonly name = 'WaitingError';
  readonly reason: string;
  readonly retryAfterMs: number;

  constructor(reason: string, message: string, options: { retryAfterMs: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Only a change that somebody makes can help. The controller waits for the next event, and looks now and then, since not everything that blocks is watched. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
