import type { PreparedValue } from '../database/database.ts';
import type { SignedIn } from '../sessions/session-store.ts';

/** A page that is answered ahead of Express to travellers who ask for just this address and have no alert to see. */
export interface TravellerPage {
  /** Its whole address. */
  readonly path: string;
  /** The route by which requests are counted. */
  readonly route: string;
  /** What it shows, read with the session: a subquery for one value, which may name `session`. */
  readonly along?: string;
  ask(): TravellerQuestion;
}

/** One request for the page. */
export interface TravellerQuestion {
  /** Of what is read along. */
  readonly values: readonly PreparedValue[];
  readonly html: (traveller: SignedIn, token: string, along: string | null) => string | Promise<string>;
}
