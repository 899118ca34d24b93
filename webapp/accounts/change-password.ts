import { type FieldErrors, hasErrors } from '../web/form.ts';
import { TooMany } from '../throttling/throttle.ts';
import { type CheckPassword, WRONG_PASSWORD } from './check-password.ts';
import type { Passwords } from './passwords.ts';
import type { ReplacePassword } from './replace-password.ts';
import { newPasswordErrors, type NewPassword, type PasswordRules } from './rules.ts';
import type { TravellerStore } from './traveller-store.ts';

export interface PasswordChange extends NewPassword {
  readonly current: string;
}

export type ChangePassword = (travellerId: number, change: PasswordChange) => Promise<FieldErrors | TooMany>;

/** Resolves to no errors when the password has been replaced. All sessions have ended then, this one too. */
export function changePassword(
  travellers: TravellerStore,
  passwords: Passwords,
  rules: PasswordRules,
  replace: ReplacePassword,
  check: CheckPassword,
): ChangePassword {
  return async (travellerId, { current, ...chosen }) => {
    const traveller = await travellers.withId(travellerId);
    const checked = await check(travellerId, traveller, current);
    if (checked instanceof TooMany) return checked;
    const wrong = { currentPassword: WRONG_PASSWORD };
    const errors = { ...(checked === 'wrong' && wrong), ...newPasswordErrors(chosen, rules) };
    if (hasErrors(errors) || !traveller) return errors;
    const by = { currentHash: traveller.passwordHash };
    return (await replace(travellerId, by, await passwords.hash(chosen.password))) ? {} : wrong;
  };
}
