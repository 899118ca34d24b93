// Compiles everything to dist/ and puts beside it what is not compiled: the web application's static files, the schema of apps.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildAssets } from '../webapp/build-assets.ts';
import { buildSchema } from './build-schema.ts';
import { root } from './node24-path.mjs';

const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

buildSchema(join(root, 'dist/operator/api'));
await buildAssets();
