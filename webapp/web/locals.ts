declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to type Express' locals
  namespace Express {
    interface Locals {
      /** The request has a session cookie, but the database is away, so the traveller is unknown. */
      sessionAway?: boolean;
      /** The kind of valid token that the form has. */
      token?: 'traveller' | 'visitor';
    }
  }
}

export {};
