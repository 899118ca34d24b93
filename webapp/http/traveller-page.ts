import type { Along, FoundSession, SignedIn } from '../sessions/session-store.ts';

/** A page that is answered ahead of Express to travellers who ask for just this address and have no alert to see. */
export interface TravellerPage {
  /** Its whole address. */
  readonly path: string;
  /** The route by which requests are counted. */
  readonly route: string;
  /** What it shows, read with the session. */
  readonly along?: Along;
  html(traveller: SignedIn, token: string, found: FoundSession): string | Promise<string>;
}
