import { existsSync, readFileSync } from 'node:fs';
import { ensureCommands } from '../../scripts/cluster/debian.ts';
import { which } from '../../scripts/cluster/run.ts';
import { UnavailableError } from '../../scripts/cluster/unavailable.ts';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium that CHROMIUM_PATH names, else one that is installed. */
export function chromiumPath(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env.CHROMIUM_PATH ?? '';
  if (named !== '') return named;
  for (const name of NAMES) {
    const path = name.startsWith('/') ? name : which(name, env);
    if (path !== undefined && existsSync(path)) return path;
  }
  return undefined;
}

/** As chromiumPath; where there is none, root on Debian gets it installed. Ubuntu has it as a snap only, which a server cannot run. */
export async function ensureChromium(): Promise<string> {
  const path = chromiumPath();
  if (path !== undefined) return path;
  if (isDebian()) await ensureCommands('A browser test', { chromium: 'chromium' });
  const installed = chromiumPath();
  if (installed !== undefined) return installed;
  throw new UnavailableError(
    'A browser test needs Chromium: install Google Chrome or Chromium, or name one in CHROMIUM_PATH.',
  );
}

function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}
