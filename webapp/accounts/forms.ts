import { lineOf, textOf } from '../http/form.ts';
import type { Registration } from './rules.ts';

export function registrationOf(body: unknown): Registration {
  return {
    username: lineOf(body, 'username'),
    name: lineOf(body, 'name'),
    emailAddress: lineOf(body, 'email_address'),
    password: textOf(body, 'password').normalize('NFC'),
    confirmPassword: textOf(body, 'confirm_password').normalize('NFC'),
  };
}

export function credentialsOf(body: unknown): { readonly username: string; readonly password: string } {
  return { username: lineOf(body, 'username'), password: textOf(body, 'password').normalize('NFC') };
}
