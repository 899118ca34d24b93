import { expect } from 'chai';
import { runCommand } from '../../scripts/test/run-command.ts';

const shell = (script: string, timeoutMs = 20_000) => runCommand('sh', ['-c', script], { timeoutMs, quiet: true });

describe('a command of the test run', () => {
  it('resolves to its output', async () => {
    expect(await shell('echo one; echo two >&2')).to.deep.equal({ failure: undefined, output: 'one\ntwo\n' });
  });

  it('tells how it failed', async () => {
    expect((await shell('exit 3')).failure).to.equal('ended with code 3');
    expect((await shell('kill -9 $$')).failure).to.equal('ended with SIGKILL');
    expect((await runCommand('/nonexistent', [], { timeoutMs: 20_000 })).failure).to.include('ENOENT');
  });

  it('is ended after its time, with all that it started', async () => {
    // resolves only when nobody holds the other end of the output any more, so not while the grandchild lives
    expect((await shell('sleep 60 & wait', 300)).failure).to.equal('not done within 0.3 s');
  });
});
