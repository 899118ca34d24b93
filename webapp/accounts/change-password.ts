import { type FieldErrors, hasErrors } from '../http/form.ts';
import { type Throttle, TooMany } from '../throttling/throttle.ts';
import type { AccountLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { NOT_EQUAL, passwordError, type PasswordRules } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

export interface PasswordChange {
  readonly current: string;
  readonly password: string;
  readonly confirmPassword: string;
}

export type ChangePassword = (travellerId: number, change: PasswordChange) => Promise<FieldErrors | TooMany>;

export const WRONG_PASSWORD = 'This is not your password.';

/** Resolves to no errors when the new password holds. */
export function changePassword(
  travellers: TravellerStore,
  passwords: Passwords,
  rules: PasswordRules,
  throttle: Throttle,
  limits: AccountLimits,
): ChangePassword {
  return async (travellerId, { current, password, confirmPassword }) => {
    const traveller = await travellers.withId(travellerId);
    const checked = await throttle.run(
      limits.passwordCheck(travellerId),
      () => passwords.verify(current, traveller?.passwordHash),
      (result) => result === 'wrong',
    );
    if (checked instanceof TooMany) return checked;
    const right = checked !== 'wrong';
    const weak = passwordError(password, rules);
    const errors: FieldErrors = {
      ...(!right && { current_password: WRONG_PASSWORD }),
      ...(weak !== undefined && { password: weak }),
      ...(confirmPassword !== password && { confirm_password: NOT_EQUAL }),
    };
    if (hasErrors(errors) || !traveller) return errors;
    await travellers.replacePasswordHash(travellerId, traveller.passwordHash, await passwords.hash(password));
    return {};
  };
}
