import type { RequestSession } from './middleware/sessions.ts';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to type what Express carries along
  namespace Express {
    interface Request {
      /** Set by `sessions()`; what is refused before has none. */
      session?: RequestSession;
    }
    interface Locals {
      /** There is a session cookie, but nobody knows whose: the database is away. */
      sessionAway?: boolean;
    }
  }
}
