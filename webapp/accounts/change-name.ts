import type { Database } from '../database/connection.ts';
import type { FieldErrors } from '../web/form.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import { nameError } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

/** Resolves to no errors when the name has been changed. All sessions of the traveller show it then. */
export type ChangeName = (travellerId: number, name: string) => Promise<FieldErrors | TooMany>;

export function changeName(
  database: Database,
  travellers: TravellerStore,
  sessions: Pick<SessionStore, 'renameTraveller'>,
  throttle: Throttle,
  limits: AccountLimits,
): ChangeName {
  const change = (travellerId: number, name: string) =>
    database.transaction(async (transaction): Promise<FieldErrors> => {
      await travellers.setName(travellerId, name, transaction);
      await sessions.renameTraveller(travellerId, name, transaction);
      return {};
    });
  return async (travellerId, name) => {
    const error = nameError(name);
    if (error !== undefined) return { name: error };
    return throttle.run(
      limits.accountChange(travellerId),
      () => change(travellerId, name),
      () => true,
    );
  };
}
