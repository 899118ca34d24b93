import { type FieldErrors, hasErrors } from '../web/form.ts';
import type { Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { EMAIL_TAKEN, type PasswordRules, type Registration, registrationErrors, USERNAME_TAKEN } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

export type RegisterTraveller = (
  registration: Registration,
  address: string | undefined,
) => Promise<FieldErrors | TooMany>;

/** Resolves to no errors when the traveller exists. Counted is what makes an account, or tells that one exists. */
export function registerTraveller(
  travellers: TravellerStore,
  passwords: Passwords,
  rules: PasswordRules,
  throttle: Throttle,
  limits: AccountLimits,
): RegisterTraveller {
  const register = async (registration: Registration) => {
    const { username, name, emailAddress, password } = registration;
    const taken = await travellers.taken(username, emailAddress);
    const errors = registrationErrors(registration, taken, rules);
    if (hasErrors(errors)) return errors;
    const passwordHash = await passwords.hash(password);
    const added = await travellers.add({ username, name, emailAddress, passwordHash });
    return added === 'added' ? {} : registrationErrors(registration, added, rules);
  };
  const telling = (errors: FieldErrors) =>
    !hasErrors(errors) || errors.username === USERNAME_TAKEN || errors.email_address === EMAIL_TAKEN;
  return (registration, address) => throttle.run(limits.registration(address), () => register(registration), telling);
}
