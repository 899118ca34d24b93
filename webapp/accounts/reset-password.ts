import type { Clock } from '../clock.ts';
import { type FieldErrors, hasErrors } from '../web/form.ts';
import type { Throttle } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { LinkToken } from './link-token.ts';
import type { PasswordResetStore } from './password-reset-store.ts';
import type { Passwords } from './passwords.ts';
import type { ReplacePassword } from './replace-password.ts';
import { newPasswordErrors, type NewPassword, type PasswordRules } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

/** `expired`: the link was used before, is too old, or never existed. */
export type ResetPassword = (token: LinkToken, chosen: NewPassword) => Promise<'changed' | 'expired' | FieldErrors>;

/** Replaces a forgotten password by a link in a mail. A new password that breaks a rule does not use the link up. */
export function resetPassword(
  travellers: TravellerStore,
  resets: PasswordResetStore,
  passwords: Passwords,
  rules: PasswordRules,
  replace: ReplacePassword,
  throttle: Throttle,
  limits: AccountLimits,
  clock: Clock,
): ResetPassword {
  return async (token, chosen) => {
    const travellerId = await resets.find(token, clock.now());
    if (travellerId === undefined) return 'expired';
    const errors = newPasswordErrors(chosen, rules);
    if (hasErrors(errors)) return errors;
    const replaced = await replace(travellerId, { token }, await passwords.hash(chosen.password));
    const traveller = replaced ? await travellers.withId(travellerId) : undefined;
    if (!traveller) return 'expired';
    // the traveller can log in now, even if somebody else's guesses had locked the account
    await throttle.forget(limits.logInAccount(traveller.username));
    return 'changed';
  };
}
