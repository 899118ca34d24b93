import { type FieldErrors, hasErrors } from '../http/form.ts';
import type { Passwords } from './passwords.ts';
import { type PasswordRules, type Registration, registrationErrors } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

export type RegisterTraveller = (registration: Registration) => Promise<FieldErrors>;

/** Resolves to no errors when the traveller exists. */
export function registerTraveller(
  travellers: TravellerStore,
  passwords: Passwords,
  rules: PasswordRules,
): RegisterTraveller {
  return async (registration) => {
    const { username, name, emailAddress, password } = registration;
    const taken = await travellers.taken(username, emailAddress);
    const errors = registrationErrors(registration, taken, rules);
    if (hasErrors(errors)) return errors;
    const passwordHash = await passwords.hash(password);
    const added = await travellers.add({ username, name, emailAddress, passwordHash });
    return added === 'added' ? {} : registrationErrors(registration, added, rules);
  };
}
