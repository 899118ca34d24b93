import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../../scripts/cluster/lock.ts';
import { sources } from '../../../scripts/cluster/paths.ts';
import { which } from '../../../scripts/cluster/run.ts';

describe('a lock', () => {
  let folder: string;
  before(async function () {
    if (which('flock') === undefined) this.skip();
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('lets one at a time work, and gives back what the work gives', async () => {
    const path = join(folder, 'one');
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inside -= 1;
      return most;
    };
    expect(await Promise.all([withLock(path, work), withLock(path, work)])).to.deep.equal([1, 1]);
  });

  it('is let go when the work fails', async () => {
    const path = join(folder, 'fails');
    const failure: unknown = await withLock(path, () => Promise.reject(new Error('no'))).catch(
      (error: unknown) => error,
    );
    expect(failure).to.have.property('message', 'no');
    expect(await withLock(path, () => Promise.resolve('free'))).to.equal('free');
  });

  it('is free again when the process that held it was killed', async () => {
    const path = join(folder, 'killed');
    const lock = join(sources, 'lock.ts');
    const script = `
      const { withLock } = await import(${JSON.stringify(lock)});
      await withLock(${JSON.stringify(path)}, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000); }));
    `;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await withLock(path, () => Promise.resolve('free'))).to.equal('free');
  });
});
