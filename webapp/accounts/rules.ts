import type { FieldErrors } from '../web/form.ts';
import { emailError, holdsAddress, holdsWebLink } from '../mail/address.ts';
import type { CommonPasswords } from './common-passwords.ts';
import { hasInvisible, lengthOf, mixesScripts } from './text.ts';

/** The registration form as it was filled in. */
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

/** Every rule that the registration breaks, by field. `taken` comes from the database. */
export function registrationErrors(registration: Registration, taken: Taken, rules: PasswordRules): FieldErrors {
  const errors: Record<string, string> = {};
  const note = (field: string, message: string | undefined) => {
    if (message !== undefined) errors[field] = message;
  };
  note('username', usernameError(registration.username) ?? (taken.username ? USERNAME_TAKEN : undefined));
  note('name', nameError(registration.name));
  note('emailAddress', emailError(registration.emailAddress) ?? (taken.emailAddress ? EMAIL_TAKEN : undefined));
  return { ...errors, ...newPasswordErrors(registration, rules) };
}

/** A new password for an account that has one. */
export interface NewPassword {
  readonly password: string;
  readonly confirmPassword: string;
}

export function newPasswordErrors({ password, confirmPassword }: NewPassword, rules: PasswordRules): FieldErrors {
  const weak = passwordError(password, rules);
  return {
    ...(weak !== undefined && { password: weak }),
    ...(confirmPassword !== password && { confirmPassword: NOT_EQUAL }),
  };
}

const NOT_EQUAL = 'Field must be equal to password.';

export function usernameError(username: string): string | undefined {
  if (!hasLength(username, 8, 30)) return lengthMessage(8, 30);
  if (mixesScripts(username)) return 'Field must not mix letters of several alphabets.';
  if (holdsWebLink(username)) return 'Field must not contain a web address.';
  return textError(username);
}

/** Mails greet with the name, and anybody can register any address. So a link in a name would be an advertisement sent by us. */
export function nameError(name: string): string | undefined {
  if (!hasLength(name, 1, 60)) return lengthMessage(1, 60);
  if (holdsAddress(name)) {
    return 'Field must not contain a web or e-mail address. If it is a name, put a space after the full stop.';
  }
  return textError(name);
}

function textError(text: string): string | undefined {
  if (/\p{Cc}/u.test(text)) return 'Field must not contain control characters.';
  return hasInvisible(text) ? 'Field must not contain invisible characters.' : undefined;
}

export function passwordError(password: string, { minimumLength, isCommon }: PasswordRules): string | undefined {
  const length = lengthOf(password);
  if (length < 6) return 'Field must be at least 6 characters long.';
  if (length < minimumLength) return `Field must be at least ${minimumLength} characters long.`;
  if (length > MAXIMUM_PASSWORD_LENGTH) return `Field cannot be longer than ${MAXIMUM_PASSWORD_LENGTH} characters.`;
  return isCommon(password)
    ? 'This password is one of the most common. Choose one that is harder to guess.'
    : undefined;
}

/** The value of the columns `username_key` and `email_key`. Releases before identity.ts compare by it. */
export function comparisonKey(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function hasLength(text: string, minimum: number, maximum: number): boolean {
  const length = lengthOf(text);
  return length >= minimum && length <= maximum;
}

function lengthMessage(minimum: number, maximum: number): string {
  return `Field must be between ${minimum} and ${maximum} characters long.`;
}
