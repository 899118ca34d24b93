import type { Cookie } from 'express-session';
import type { Database } from '../database/connection.ts';
import type { SessionStore, SignedIn } from '../sessions/session-store.ts';
import type { StoredTraveller, TravellerStore } from './traveller-store.ts';

/** A traveller whose password was just checked against this hash. */
export type CheckedTraveller = Pick<StoredTraveller, 'id' | 'passwordHash'>;

export type BeginSession = (
  sessionId: string,
  cookie: Cookie,
  traveller: CheckedTraveller,
) => Promise<SignedIn | undefined>;

/**
 * Stores a session, unless the traveller has another password by now, or none. It locks the traveller, as a change of the password
 * does, which ends all sessions: so no session of the old password is stored after that.
 */
export function beginSession(
  database: Database,
  travellers: Pick<TravellerStore, 'lock'>,
  sessions: Pick<SessionStore, 'add'>,
): BeginSession {
  return (sessionId, cookie, { id, passwordHash }) =>
    database.transaction(async (transaction) => {
      const traveller = await travellers.lock(id, transaction);
      if (traveller?.passwordHash !== passwordHash) return undefined;
      const { username, name } = traveller;
      await sessions.add(sessionId, { cookie, traveller: { id, username, name } }, transaction);
      return { id, username, name };
    });
}
