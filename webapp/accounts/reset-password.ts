import type { Clock } from '../clock.ts';
import { type FieldErrors, hasErrors } from '../web/form.ts';
import type { Throttle } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { LinkToken } from './link-token.ts';
import type { LogIn } from './log-in.ts';
import type { PasswordResetStore } from './password-reset-store.ts';
import type { Passwords } from './passwords.ts';
import type { ReplacePassword } from './replace-password.ts';
import { newPasswordErrors, type NewPassword, type PasswordRules } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

/** `expired`: the link was used before, is too old, or never existed. */
export type ResetPassword = (
  token: LinkToken | undefined,
  chosen: NewPassword,
  sender: ResetSender,
) => Promise<'changed' | 'expired' | FieldErrors>;

export interface ResetSender {
  /** Whose password the form is about, as it says itself. */
  readonly username: string;
  /** The client's IP address, if known. */
  readonly address: string | undefined;
}

/**
 * Replaces a forgotten password by a link in a mail. A new password that breaks a rule does not use the link up. A form that is sent
 * twice resolves to `changed` twice.
 */
export function resetPassword(
  travellers: TravellerStore,
  resets: PasswordResetStore,
  passwords: Passwords,
  rules: PasswordRules,
  replace: ReplacePassword,
  logIn: LogIn,
  throttle: Throttle,
  limits: AccountLimits,
  clock: Clock,
): ResetPassword {
  /** Another sending of the form has used the link, and the password is the chosen one. Checking it counts as a log-in. */
  const isRepeated = async ({ password }: NewPassword, sender: ResetSender) => {
    if (sender.username === '') return false;
    const result = await logIn({ ...sender, password, device: undefined });
    return result !== undefined && 'id' in result;
  };
  const reset = async (token: LinkToken, chosen: NewPassword) => {
    const travellerId = await resets.find(token, clock.now());
    if (travellerId === undefined) return 'expired';
    const errors = newPasswordErrors(chosen, rules);
    if (hasErrors(errors)) return errors;
    const isReplaced = await replace(travellerId, { token }, await passwords.hash(chosen.password));
    const traveller = isReplaced ? await travellers.withId(travellerId) : undefined;
    if (!traveller) return 'expired';
    // the traveller can log in now, even if somebody else's guesses had locked the account
    await throttle.forget(limits.logInAccount(traveller.username));
    return 'changed';
  };
  return async (token, chosen, sender) => {
    const outcome = token === undefined ? 'expired' : await reset(token, chosen);
    return outcome === 'expired' && (await isRepeated(chosen, sender)) ? 'changed' : outcome;
  };
}
