import type { FieldErrors } from '../web/form.ts';
import type { CommonPasswords } from './common-passwords.ts';

/** What somebody who registers filled in. */
export interface Registration extends NewPassword {
  readonly username: string;
  readonly name: string;
  readonly emailAddress: string;
}

export interface Taken {
  readonly username: boolean;
  readonly emailAddress: boolean;
}

export interface PasswordRules {
  readonly minimumLength: number;
  readonly isCommon: CommonPasswords;
}

export const USERNAME_TAKEN = 'Username already exists. Please try a different username.';
export const EMAIL_TAKEN = 'Email already in use. Please use a different email address.';
export const MAXIMUM_PASSWORD_LENGTH = 128;

/** Every rule that the registration breaks, by field; `taken` is what the database knows. */
export function registrationErrors(registration: Registration, taken: Taken, rules: PasswordRules): FieldErrors {
  const errors: Record<string, string> = {};
  const note = (field: string, message: string | undefined) => {
    if (message !== undefined) errors[field] = message;
  };
  note('username', usernameError(registration.username) ?? (taken.username ? USERNAME_TAKEN : undefined));
  note('name', nameError(registration.name));
  note('email_address', emailError(registration.emailAddress) ?? (taken.emailAddress ? EMAIL_TAKEN : undefined));
  return { ...errors, ...newPasswordErrors(registration, rules) };
}

/** What somebody who has a password already chose instead. */
export interface NewPassword {
  readonly password: string;
  readonly confirmPassword: string;
}

export function newPasswordErrors({ password, confirmPassword }: NewPassword, rules: PasswordRules): FieldErrors {
  const weak = passwordError(password, rules);
  return {
    ...(weak !== undefined && { password: weak }),
    ...(confirmPassword !== password && { confirm_password: NOT_EQUAL }),
  };
}

const NOT_EQUAL = 'Field must be equal to password.';
const CONTROL = /\p{Cc}/u;

export function usernameError(username: string): string | undefined {
  if (!hasLength(username, 8, 30)) return lengthMessage(8, 30);
  return CONTROL.test(username) ? 'Field must not contain control characters.' : undefined;
}

function nameError(name: string): string | undefined {
  if (!hasLength(name, 1, 30)) return lengthMessage(1, 30);
  return CONTROL.test(name) ? 'Field must not contain control characters.' : undefined;
}

/**
 * An address that mail can be sent to: RFC 5321's dot-atom before the at sign (no quoted strings), a host name with at least one dot
 * after it.
 */
export function emailError(address: string): string | undefined {
  const [local = '', domain = '', ...rest] = address.split('@');
  const fits = address.length <= 254 && local.length <= 64 && rest.length === 0;
  return fits && LOCAL.test(local) && DOMAIN.test(domain) ? undefined : 'Invalid email address.';
}

const LOCAL = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;

export function passwordError(password: string, { minimumLength, isCommon }: PasswordRules): string | undefined {
  const length = lengthOf(password);
  if (length < 6) return 'Field must be at least 6 characters long.';
  if (length < minimumLength) return `Field must be at least ${minimumLength} characters long.`;
  if (length > MAXIMUM_PASSWORD_LENGTH) return `Field cannot be longer than ${MAXIMUM_PASSWORD_LENGTH} characters.`;
  return isCommon(password)
    ? 'This password is one of the most common. Choose one that is harder to guess.'
    : undefined;
}

/** What two usernames, or two addresses, are compared by: case does not tell them apart. */
export function comparisonKey(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function hasLength(text: string, minimum: number, maximum: number): boolean {
  const length = lengthOf(text);
  return length >= minimum && length <= maximum;
}

/** In characters as people count them, nearly: an emoji outside the basic plane is one. */
function lengthOf(text: string): number {
  return [...text].length;
}

function lengthMessage(minimum: number, maximum: number): string {
  return `Field must be between ${minimum} and ${maximum} characters long.`;
}
