/** `no cookie`: the browser did not send back the cookie that came with the form. */
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

/** Answered with its status. 405: the route does not have the method. 415: the body is not a form. */
export class RefusedError extends Error {
  readonly status: 405 | 415;
  constructor(status: 405 | 415) {
    super(`Refused: ${status}`);
    this.name = 'RefusedError';
    this.status = status;
  }
}

/** Answered with 429 and Retry-After. */
export class TooManyError extends Error {
  readonly seconds: number;
  constructor(seconds: number) {
    super('Refused: too many');
    this.name = 'TooManyError';
    this.seconds = seconds;
  }
}
