/** `no cookie`: the browser sent none of those that it was given with the form. */
export type ForbiddenReason = 'cross-site' | 'token' | 'no cookie';

/** Answered with 403. */
export class ForbiddenError extends Error {
  readonly reason: ForbiddenReason;
  constructor(reason: ForbiddenReason) {
    super(`Refused: ${reason}`);
    this.name = 'ForbiddenError';
    this.reason = reason;
  }
}

/** Answered with its status: 405, the page cannot be asked for in this way; 415, what was sent is no form. */
export class RefusedError extends Error {
  readonly status: 405 | 415;
  constructor(status: 405 | 415) {
    super(`Refused: ${status}`);
    this.name = 'RefusedError';
    this.status = status;
  }
}

/** Answered with 429: too many went before, and there is room again after so many seconds. */
export class TooManyError extends Error {
  readonly seconds: number;
  constructor(seconds: number) {
    super('Refused: too many');
    this.name = 'TooManyError';
    this.seconds = seconds;
  }
}
