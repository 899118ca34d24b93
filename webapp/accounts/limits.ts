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
  /** The failures of a username from all networks. `logIn` includes this counter. */
  logInAccount(username: string): readonly Counter[];
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
  const logInAccount = (username: string): readonly Counter[] => [
    { key: ['log-in account', usernameIdentity(username)], limit: config.logInAccount },
  ];
  const accountChange = (travellerId: number): readonly Counter[] => [
    { key: ['account change', String(travellerId)], limit: config.accountChange },
  ];
  return {
    logInAccount,
    logIn(username, address, device) {
      const [name, network] = [usernameIdentity(username), networkOf(address)];
      if (device !== undefined) return [{ key: ['log-in device', name, device], limit: config.logIn, inARow: true }];
      return [
        { key: ['log-in', name, network], limit: config.logIn, inARow: true },
        { key: ['log-in address', network], limit: config.logInAddress },
        ...logInAccount(username),
      ];
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
