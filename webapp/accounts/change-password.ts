import { type FieldErrors, hasErrors } from '../http/form.ts';
import type { Passwords } from './passwords.ts';
import { NOT_EQUAL, passwordError, type PasswordRules } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

export interface PasswordChange {
  readonly current: string;
  readonly password: string;
  readonly confirmPassword: string;
}

export type ChangePassword = (travellerId: number, change: PasswordChange) => Promise<FieldErrors>;

export const WRONG_PASSWORD = 'This is not your password.';

/** Resolves to no errors when the new password holds. */
export function changePassword(travellers: TravellerStore, passwords: Passwords, rules: PasswordRules): ChangePassword {
  return async (travellerId, { current, password, confirmPassword }) => {
    const traveller = await travellers.withId(travellerId);
    const right = (await passwords.verify(current, traveller?.passwordHash)) !== 'wrong';
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
