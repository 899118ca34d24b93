declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to type Express' locals
  namespace Express {
    interface Locals {
      /** There is a session cookie, but nobody knows whose: the database is away. */
      sessionAway?: boolean;
      /** The form that was sent has the token of its page. */
      tokenIsRight?: boolean;
    }
  }
}

export {};
