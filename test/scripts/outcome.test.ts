import { expect } from 'chai';
import { attempt, failed, hasFailed, report, withoutSkips, type Outcome } from '../../scripts/test/outcome.ts';
import { UnavailableError } from '../../scripts/cluster/unavailable.ts';

const passing: Outcome = { suite: 'unit', passed: 12, failures: [], skips: [], seconds: 3.21 };
const failing: Outcome = { suite: 'browser', passed: 4, failures: ['browser: books a trip'], skips: [], seconds: 61 };
const skipping: Outcome = { suite: 'e2e', passed: 0, failures: [], skips: ['e2e: needs root'], seconds: 0 };

describe('the outcome of the tests', () => {
  it('is told in a last line that sums up every suite', () => {
    expect(report([passing, failing, skipping]).split('\n').at(-1)).to.equal('16 passed, 1 failed, 1 skipped');
  });

  it('names each failed test, each skipped suite with its reason, and the time of each suite', () => {
    expect(report([passing, failing, skipping])).to.equal(
      [
        '',
        'unit                       3.2 s  12 passed, 0 failed, 0 skipped',
        'browser                   61.0 s  4 passed, 1 failed, 0 skipped',
        'e2e                        0.0 s  0 passed, 0 failed, 1 skipped',
        '',
        'Failed:',
        '  browser: books a trip',
        '',
        'Skipped:',
        '  e2e: needs root',
        '',
        '16 passed, 1 failed, 1 skipped',
      ].join('\n'),
    );
  });

  it('counts what was skipped as failed where nothing may be skipped', () => {
    const outcome = withoutSkips(skipping);
    expect(outcome.failures).to.deep.equal(['e2e: needs root (skipped, which fails in CI)']);
    expect(outcome.skips).to.be.empty;
    expect(hasFailed([outcome])).to.equal(true);
    expect(hasFailed([skipping, passing])).to.equal(false);
  });

  it('is a skip for what the machine cannot have, and a failure for any other fault', async () => {
    const missing = await attempt('e2e', () => Promise.reject(new UnavailableError('needs root')));
    const broken = await attempt('e2e', () => Promise.reject(new Error('disk full')));
    expect(missing).to.deep.equal(skipping);
    expect(broken).to.deep.equal(failed('e2e', 'disk full'));
  });
});
