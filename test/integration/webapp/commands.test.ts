import { cp, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../../../scripts/cluster/paths.ts';
import { freePorts } from '../../../scripts/cluster/ports.ts';
import { run } from '../../../scripts/cluster/run.ts';
import { startScript } from '../../support/npm-script.ts';
import { mysql } from './world.ts';

describe('The npm scripts of the README', function () {
  this.timeout(420_000);
  let env: NodeJS.ProcessEnv;
  let page: string;

  beforeEach(async () => {
    const [port, probePort] = await freePorts(2);
    env = { secret_key: 'only for tests 0123456789', PORT: String(port), PROBE_PORT: String(probePort) };
    page = `http://127.0.0.1:${port}/login`;
  });

  it('compile, bring the schema up to date, and serve what was built', async () => {
    const settings = { ...env, db_uri: await mysql().createDatabase() };
    await run('npm', ['run', 'build'], { cwd: root });
    expect(await run('npm', ['run', 'migrate'], { cwd: root, env: settings })).to.contain('Schema is current');
    const app = startScript('start:webapp', settings);
    try {
      await app.says('Listening');
      expect(await (await fetch(page)).text()).to.contain('name="password"');
    } finally {
      await app.interrupt();
    }
  });

  it('serve the sources with a MySQL of their own, and anew when one changes', async () => {
    const app = startScript('dev:webapp', env);
    try {
      await app.says('Listening');
      expect(await (await fetch(page)).text()).to.contain('name="password"');
      await utimes(join(root, 'webapp/views/login.ejs'), new Date(), new Date());
      await app.says('Listening', 2);
      expect((await fetch(page)).status).to.equal(200);
    } finally {
      await app.interrupt();
    }
  });

  it('format what is not formatted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'format-'));
    try {
      for (const name of ['node_modules', 'scripts']) await symlink(join(root, name), join(folder, name));
      for (const name of ['package.json', 'package-lock.json']) await cp(join(root, name), join(folder, name));
      await writeFile(join(folder, 'unformatted.ts'), 'export const  a = "b"\n');
      await run('npm', ['run', 'format'], { cwd: folder });
      expect(await readFile(join(folder, 'unformatted.ts'), 'utf8')).to.equal("export const a = 'b';\n");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
