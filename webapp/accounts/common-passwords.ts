import { readFileSync } from 'node:fs';

export type CommonPasswords = (password: string) => boolean;

/** Knows the list beside this file, whose head tells where it is from. Compared without regard to case. */
export function loadCommonPasswords(): CommonPasswords {
  const text = readFileSync(new URL('common-passwords.txt', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '));
  const common = new Set(lines.map((line) => line.toLowerCase()));
  return (password) => common.has(password.toLowerCase());
}
