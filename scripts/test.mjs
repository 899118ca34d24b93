// Runs the tests: npm test, or the parts that are named: node scripts/test.mjs [PART...]. See scripts/test/main.ts.
import { join } from 'node:path';
import process from 'node:process';
import { root } from './node24-path.mjs';

process.argv.splice(2, 0, join(root, 'scripts', 'test', 'main.ts'));
await import('./node24.mjs');
