import type { Passwords } from './passwords.ts';
import { MAXIMUM_PASSWORD_LENGTH } from './rules.ts';
import type { StoredTraveller, TravellerStore } from './traveller-store.ts';

export type LogIn = (username: string, password: string) => Promise<StoredTraveller | undefined>;

/** The traveller, where username and password belong together. A hash of an older kind is replaced on the way. */
export function logIn(travellers: TravellerStore, passwords: Passwords): LogIn {
  return async (username, password) => {
    const traveller = await travellers.withUsername(username);
    const bounded = password.slice(0, MAXIMUM_PASSWORD_LENGTH * 2 + 1);
    const result = await passwords.verify(bounded, traveller?.passwordHash);
    if (!traveller || result === 'wrong') return undefined;
    if (result === 'outdated') {
      await travellers.replacePasswordHash(traveller.id, traveller.passwordHash, await passwords.hash(bounded));
    }
    return traveller;
  };
}
