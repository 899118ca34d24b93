// Runs a file on Node 24, whatever Node started this: its own when new enough, else the one that npm installed for this platform.
//   node scripts/node24.mjs FILE [ARGUMENT...]
import { spawn } from 'node:child_process';
import process from 'node:process';
import { ensureInstalled, node24 } from './node24-path.mjs';

ensureInstalled();
const child = spawn(node24(), process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// a terminal sends Ctrl-C to both; a second one would end the child before it has put down what it does
process.on('SIGINT', () => undefined);
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128);
});
