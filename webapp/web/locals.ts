declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to type Express' locals
  namespace Express {
    interface Locals {
      /** There is a session cookie, but nobody knows whose: the database is away. */
      sessionAway?: boolean;
      /** Whose page the token of the form that was sent is of, where it has a right one. */
      token?: 'traveller' | 'visitor';
    }
  }
}

export {};
