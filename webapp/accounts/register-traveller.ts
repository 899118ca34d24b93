import type { Clock } from '../clock.ts';
import { type FieldErrors, hasErrors } from '../web/form.ts';
import type { Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { LogIn } from './log-in.ts';
import type { Passwords } from './passwords.ts';
import { EMAIL_TAKEN, type PasswordRules, type Registration, registrationErrors, USERNAME_TAKEN } from './rules.ts';
import { sentForms } from './sent-forms.ts';
import type { TravellerStore } from './traveller-store.ts';

export type RegisterTraveller = (
  registration: Registration,
  address: string | undefined,
  form: string,
) => Promise<FieldErrors | TooMany>;

/**
 * Resolves to no errors when the traveller exists. `form` is the token of the page. It counts attempts that make an account or tell that one
 * exists.
 */
export function registerTraveller(
  travellers: Pick<TravellerStore, 'taken' | 'add' | 'withUsername' | 'withId'>,
  passwords: Passwords,
  rules: PasswordRules,
  logIn: LogIn,
  throttle: Throttle,
  limits: AccountLimits,
  clock: Clock,
): RegisterTraveller {
  /** The same form has just made this account: a double click, or a reload. Checking its password counts as a log-in. */
  const isRepeated = async ({ username, name, emailAddress, password }: Registration, address: string | undefined) => {
    const known = await travellers.withUsername(username);
    const stored = known && (await travellers.withId(known.id));
    const isSame = stored?.username === username && stored.name === name && stored.emailAddress === emailAddress;
    if (!isSame || clock.now().getTime() - stored.createdAt.getTime() > REPEATED_WITHIN_MS) return false;
    const result = await logIn({ username, password, address, device: undefined });
    return result !== undefined && 'id' in result;
  };
  const sent = sentForms(throttle, 'registration form');
  const register = async (registration: Registration, address: string | undefined, form: string) => {
    const { username, name, emailAddress, password } = registration;
    // asks this last, because the second sending may overtake the first
    const refused = async (errors: FieldErrors) => {
      const isTaken = errors.username === USERNAME_TAKEN && errors.emailAddress === EMAIL_TAKEN;
      return isTaken && (await sent.wasNoted(form, 2)) && (await isRepeated(registration, address)) ? {} : errors;
    };
    await sent.note(form);
    const taken = await travellers.taken(username, emailAddress);
    const errors = registrationErrors(registration, taken, rules);
    if (hasErrors(errors)) return refused(errors);
    const passwordHash = await passwords.hash(password);
    const added = await travellers.add({ username, name, emailAddress, passwordHash });
    if (added === 'added') return {};
    // the database names only one of the two, if both are taken
    const both = await travellers.taken(username, emailAddress);
    const either = {
      username: both.username || added.username,
      emailAddress: both.emailAddress || added.emailAddress,
    };
    return refused(registrationErrors(registration, either, rules));
  };
  const telling = (errors: FieldErrors) =>
    !hasErrors(errors) || errors.username === USERNAME_TAKEN || errors.emailAddress === EMAIL_TAKEN;
  return (registration, address, form) =>
    throttle.run(limits.registration(address), () => register(registration, address, form), telling);
}

const REPEATED_WITHIN_MS = 10 * 60_000;
