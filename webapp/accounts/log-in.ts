import type { Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { MAXIMUM_PASSWORD_LENGTH } from './rules.ts';
import type { StoredTraveller, TravellerStore } from './traveller-store.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** The client's IP address, if known. */
  readonly address: string | undefined;
  /** A device on which the traveller has logged in before. */
  readonly device: string | undefined;
}

export type LogIn = (credentials: Credentials) => Promise<StoredTraveller | TooMany | undefined>;

/** Resolves to the traveller if the password is right. It also replaces a hash of an older kind. */
export function logIn(
  travellers: TravellerStore,
  passwords: Passwords,
  throttle: Throttle,
  limits: AccountLimits,
): LogIn {
  const check = async (username: string, password: string): Promise<StoredTraveller | undefined> => {
    const traveller = await travellers.withUsername(username);
    const bounded = password.slice(0, MAXIMUM_PASSWORD_LENGTH * 2 + 1);
    const result = await passwords.verify(bounded, traveller?.passwordHash);
    if (!traveller || result === 'wrong') return undefined;
    if (result === 'right') return traveller;
    const renewed = await passwords.hash(bounded);
    const isRenewed = await travellers.replacePasswordHash(traveller.id, traveller.passwordHash, renewed);
    return isRenewed ? { ...traveller, passwordHash: renewed } : check(username, password);
  };
  return ({ username, password, address, device }) =>
    throttle.run(
      limits.logIn(username, address, device),
      () => check(username, password),
      (traveller) => traveller === undefined,
    );
}
