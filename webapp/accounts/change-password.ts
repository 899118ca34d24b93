import { type FieldErrors, hasErrors } from '../web/form.ts';
import { type Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import type { ReplacePassword } from './replace-password.ts';
import { newPasswordErrors, type NewPassword, type PasswordRules } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

export interface PasswordChange extends NewPassword {
  readonly current: string;
}

export type ChangePassword = (travellerId: number, change: PasswordChange) => Promise<FieldErrors | TooMany>;

export const WRONG_PASSWORD = 'This is not your password.';

/** Resolves to no errors when the new password holds; all sessions have ended then, this one too. */
export function changePassword(
  travellers: TravellerStore,
  passwords: Passwords,
  rules: PasswordRules,
  replace: ReplacePassword,
  throttle: Throttle,
  limits: AccountLimits,
): ChangePassword {
  return async (travellerId, { current, ...chosen }) => {
    const traveller = await travellers.withId(travellerId);
    const checked = await throttle.run(
      limits.passwordCheck(travellerId),
      () => passwords.verify(current, traveller?.passwordHash),
      (result) => result === 'wrong',
    );
    if (checked instanceof TooMany) return checked;
    const wrong = { current_password: WRONG_PASSWORD };
    const errors = { ...(checked === 'wrong' && wrong), ...newPasswordErrors(chosen, rules) };
    if (hasErrors(errors) || !traveller) return errors;
    const by = { currentHash: traveller.passwordHash };
    return (await replace(travellerId, by, await passwords.hash(chosen.password))) ? {} : wrong;
  };
}
