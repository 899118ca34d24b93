import { readFileSync } from 'node:fs';

export type CommonPasswords = (password: string) => boolean;

/** Looks a password up in the list beside this file, ignoring case. The first lines of the list name its source. */
export function loadCommonPasswords(): CommonPasswords {
  const text = readFileSync(new URL('common-passwords.txt', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '));
  const common = new Set(lines.map((line) => line.toLowerCase()));
  return (password) => common.has(password.toLowerCase());
}
