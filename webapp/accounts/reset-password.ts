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
import { sentForms } from './sent-forms.ts';
import type { TravellerStore } from './traveller-store.ts';

/** `expired`: the link was used before, is too old, or never existed. */
export type ResetPassword = (
  token: LinkToken | undefined,
  chosen: NewPassword,
  sender: ResetSender,
) => Promise<'changed' | 'expired' | FieldErrors>;

export interface ResetSender {
  /** The token of the page that has the form. */
  readonly form: string;
  /** Whose password the form is about, as it says itself. */
  readonly username: string;
  /** The client's IP address, if known. */
  readonly address: string | undefined;
  /** A device on which that traveller has logged in before. */
  readonly device: string | undefined;
}

/**
 * Replaces a forgotten password by a link in a mail. A new password that breaks a rule does not use the link up. If the form is sent twice,
 * both sendings resolve to `changed`.
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
  const sent = sentForms(throttle, 'password reset form');
  /** For a form whose link another sending has used: whether the chosen password is in force. Checking it counts as a log-in. */
  const afterAnother = async (chosen: NewPassword, { username, address, device }: ResetSender) => {
    if (hasErrors(newPasswordErrors(chosen, rules))) return 'expired';
    const result = await logIn({ username, password: chosen.password, address, device });
    return result !== undefined && 'id' in result ? 'changed' : 'expired';
  };
  return async (token, chosen, sender) => {
    const travellerId = token === undefined ? undefined : await resets.find(token, clock.now());
    if (token === undefined || travellerId === undefined) {
      return (await sent.wasNoted(sender.form, 1)) ? afterAnother(chosen, sender) : 'expired';
    }
    const errors = newPasswordErrors(chosen, rules);
    if (hasErrors(errors)) return errors;
    await sent.note(sender.form);
    // Whoever holds a valid link can log in from here afterwards, even if wrong passwords had locked the account. Before the link is used,
    // so that a failure in between, or a second sending of the form, does not find the account locked.
    const traveller = await travellers.withId(travellerId);
    if (traveller) await throttle.forget(limits.logInsTo(traveller.username, sender.address, sender.device));
    const isReplaced = await replace(travellerId, { token }, await passwords.hash(chosen.password));
    return isReplaced ? 'changed' : afterAnother(chosen, sender);
  };
}
