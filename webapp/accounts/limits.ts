import type { ThrottlingConfig } from '../config.ts';
import { networkOf } from '../throttling/rules.ts';
import type { Counter } from '../throttling/throttle.ts';
import { emailIdentity, usernameIdentity } from './identity.ts';

/** The counters of each kind of attempt. Names are counted whether or not somebody has them, so that the answers do not tell. */
export interface AccountLimits {
  /**
   * The counter of username and network comes first: a client that it refuses does not use up the account's counter. A device on
   * which the owner has logged in has a single counter.
   */
  logIn(username: string, address: string | undefined, device: string | undefined): readonly Counter[];
  /** The counters of `logIn` that count failures of this username: from the client's network, from all networks, and on the device. */
  logInsTo(username: string, address: string | undefined, device: string | undefined): readonly Counter[];
  registration(address: string | undefined): readonly Counter[];
  /** The client's counter comes first: a client that it refuses does not use up the counter of the e-mail address. */
  passwordReset(emailAddress: string, address: string | undefined): readonly Counter[];
  tripForms(travellerId: number): readonly Counter[];
  /** Forms with which a traveller changes their name or asks for another e-mail address. */
  accountChange(travellerId: number): readonly Counter[];
  /** The traveller's counter comes first: a traveller whom it refuses does not use up the counter of the e-mail address. */
  emailChange(travellerId: number, emailAddress: string): readonly Counter[];
  /** A logged-in traveller enters the password again. */
  passwordCheck(travellerId: number): readonly Counter[];
}

export function accountLimits(config: ThrottlingConfig): AccountLimits {
  const byName = (username: string, address: string | undefined) => {
    const name = usernameIdentity(username);
    return {
      fromNetwork: { key: ['log-in', name, networkOf(address)], limit: config.logIn, inARow: true },
      fromAll: { key: ['log-in account', name], limit: config.logInAccount },
      onDevice: (device: string) => ({ key: ['log-in device', name, device], limit: config.logIn, inARow: true }),
    };
  };
  const accountChange = (travellerId: number): readonly Counter[] => [
    { key: ['account change', String(travellerId)], limit: config.accountChange },
  ];
  return {
    logIn(username, address, device) {
      const { fromNetwork, fromAll, onDevice } = byName(username, address);
      if (device !== undefined) return [onDevice(device)];
      return [fromNetwork, { key: ['log-in address', networkOf(address)], limit: config.logInAddress }, fromAll];
    },
    logInsTo(username, address, device) {
      const { fromNetwork, fromAll, onDevice } = byName(username, address);
      return [fromNetwork, fromAll, ...(device === undefined ? [] : [onDevice(device)])];
    },
    registration: (address) => [{ key: ['registration', networkOf(address)], limit: config.registration }],
    passwordReset: (emailAddress, address) => [
      { key: ['password reset address', networkOf(address)], limit: config.passwordResetAddress },
      { key: ['password reset', emailIdentity(emailAddress)], limit: config.passwordReset },
    ],
    tripForms: (travellerId) => [{ key: ['trip forms', String(travellerId)], limit: config.tripForms }],
    accountChange,
    emailChange: (travellerId, emailAddress) => [
      ...accountChange(travellerId),
      { key: ['e-mail change', emailIdentity(emailAddress)], limit: config.emailChange },
    ],
    passwordCheck: (travellerId) => [
      { key: ['password', String(travellerId)], limit: config.passwordCheck, inARow: true },
    ],
  };
}
