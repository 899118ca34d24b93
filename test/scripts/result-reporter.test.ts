import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Results } from '../../scripts/test/result-reporter.ts';
import { runCommand } from '../../scripts/test/run-command.ts';
import { root } from '../../scripts/cluster/paths.ts';

describe('the result file of a mocha run', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reporter-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('counts what passed, failed and was left out, and a failing hook as a failure', async () => {
    const { results, failure } = await run(`
      describe('a', () => { it('passes', () => {}); it('fails', () => { throw new Error('no'); }); it('waits'); });
      describe('b', () => { before(() => { throw new Error('no'); }); it('is never run', () => {}); });`);
    expect(results).to.deep.equal({
      passed: 1,
      failures: ['a fails', 'b "before all" hook for "is never run"'],
      skips: ['a waits'],
    });
    expect(failure).to.equal('ended with code 2');
  });

  it('counts what was left open as a failure, and the run comes to its end', async () => {
    const { results } = await run(`it('forgets a timer', () => { setInterval(() => {}, 1000); });`, 100);
    expect(results.passed).to.equal(1);
    expect(results.failures.join()).to.match(/^left open after the last test: .*Timeout$/);
  });

  async function run(test: string, patienceMs = 10_000): Promise<{ results: Results; failure: string | undefined }> {
    const [file, output] = [join(folder, 'planted.mjs'), join(folder, 'results.json')];
    await writeFile(file, test);
    const reporter = join(root, 'dist', 'scripts', 'test', 'result-reporter.js');
    const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const options = [
      '--no-config',
      '--reporter',
      reporter,
      '--reporter-option',
      `output=${output},patience=${patienceMs}`,
    ];
    const { failure } = await runCommand(process.execPath, [mocha, ...options, file], {
      timeoutMs: 50_000,
      quiet: true,
    });
    return { results: JSON.parse(await readFile(output, 'utf8')) as Results, failure };
  }
});
