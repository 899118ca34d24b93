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

export type ChangePassword = (travellerId: number, change: PasswordChange) => Promise<PasswordChanging | TooMany>;

/** `changed`: all sessions have ended, this one too. `passwordHash` is the hash of the new password. */
export type PasswordChanging =
  | { readonly kind: 'changed'; readonly passwordHash: string }
  | { readonly kind: 'refused'; readonly errors: FieldErrors };

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
    if (hasErrors(errors) || !traveller) return { kind: 'refused', errors };
    const passwordHash = await passwords.hash(chosen.password);
    const isReplaced = await replace(travellerId, { currentHash: traveller.passwordHash }, passwordHash);
    if (isReplaced) return { kind: 'changed', passwordHash };
    // the form may have been sent twice at once, and the other sending have changed the password
    const stored = (await travellers.withId(travellerId))?.passwordHash;
    const isDone = stored !== undefined && (await passwords.verify(chosen.password, stored)) === 'right';
    return isDone ? { kind: 'changed', passwordHash: stored } : { kind: 'refused', errors: wrong };
  };
}
