// Runs the benchmarks: npm run bench, or the parts that are named: npm run bench -- [PART...]. See scripts/bench/main.ts.
import { join } from 'node:path';
import process from 'node:process';
import { root } from './node24-path.mjs';

process.argv.splice(2, 0, join(root, 'scripts', 'bench', 'main.ts'));
await import('./node24.mjs');
