/** Answered with 403. */
export class ForbiddenError extends Error {
  readonly reason: 'cross-site' | 'token';
  constructor(reason: 'cross-site' | 'token') {
    super(`Refused: ${reason}`);
    this.name = 'ForbiddenError';
    this.reason = reason;
  }
}
