import { lineOf, textOf } from '../web/form.ts';
import type { NewPassword, Registration } from './rules.ts';

export function registrationOf(body: unknown): Registration {
  return {
    username: lineOf(body, 'username'),
    name: lineOf(body, 'name'),
    emailAddress: lineOf(body, 'emailAddress'),
    ...newPasswordOf(body),
  };
}

export function credentialsOf(body: unknown): { readonly username: string; readonly password: string } {
  return { username: lineOf(body, 'username'), password: passwordOf(body, 'password') };
}

export function newPasswordOf(body: unknown): NewPassword {
  return { password: passwordOf(body, 'password'), confirmPassword: passwordOf(body, 'confirmPassword') };
}

export function passwordOf(body: unknown, field: string): string {
  return textOf(body, field).normalize('NFC');
}
