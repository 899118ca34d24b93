// The web application on the sources, with a local MySQL of its own, built again and restarted on every change.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import type * as support from '../test/support/mysql.ts';
import { root } from './node24-path.mjs';

const build = () => spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' }).status === 0;
console.log('Compiling ...');
if (!build()) process.exit(1);

const helper = join(root, 'dist/test/support/mysql.js');
const { startMysql } = (await import(helper)) as typeof support;
console.log('Starting MySQL ...');
const mysql = await startMysql();
const env: NodeJS.ProcessEnv = {
  secret_key: 'for development only',
  DEMO_TRAVELLER: 'true',
  ...process.env,
  db_uri: mysql.uri,
};

let app: ChildProcess | undefined;
async function restart(): Promise<void> {
  if (app?.exitCode === null) {
    const exited = once(app, 'exit');
    app.kill('SIGKILL');
    await exited;
  }
  spawnSync(process.execPath, [join(root, 'dist/webapp/migrate.js')], { env, stdio: 'inherit' });
  app = spawn(process.execPath, [join(root, 'dist/webapp/main.js')], { env, stdio: 'inherit' });
  console.log(`http://localhost:${env.PORT ?? '5000'}/ (test1234 / asdasd); Ctrl-C ends it and its MySQL`);
}

let pending: NodeJS.Timeout | undefined;
const watcher = watch(join(root, 'webapp'), { recursive: true }, () => {
  clearTimeout(pending);
  pending = setTimeout(() => {
    if (build()) void restart();
  }, 200);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    watcher.close();
    clearTimeout(pending);
    app?.kill('SIGKILL');
    void mysql.stop().finally(() => process.exit(0));
  });
}
await restart();
