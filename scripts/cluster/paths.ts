import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The checkout; found from the sources and from dist/ alike. */
export const root = rootAbove(import.meta.dirname);

/** Shell, Go and manifest sources of the built-in cluster: tsc copies none of them to dist/. */
export const sources = join(root, 'scripts', 'cluster');

/** What is kept between runs: built binaries, Debian trees, image archives; safe to delete at any time that nothing runs. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.XDG_CACHE_HOME ?? '';
  return join(home.startsWith('/') ? home : join(homedir(), '.cache'), 'interstellar-vacation');
}

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package-lock.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no package-lock.json above ${import.meta.dirname}`);
  return rootAbove(parent);
}
