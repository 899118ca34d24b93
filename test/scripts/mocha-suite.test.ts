import { expect } from 'chai';
import { outcomeOf } from '../../scripts/test/mocha-suite.ts';

const nothing = { passed: 0, failures: [], skips: [] };

describe('the outcome of a mocha run', () => {
  it('takes over what passed, failed and was skipped', () => {
    const results = { passed: 7, failures: ['books a trip'], skips: ['waits'] };
    expect(outcomeOf('browser', results, 'ended with code 1', 2)).to.deep.equal({
      suite: 'browser',
      passed: 7,
      failures: ['browser: books a trip'],
      skips: ['waits'],
      seconds: 2,
    });
  });

  it('fails when the process failed although no test did', () => {
    const { passed, failures } = outcomeOf('unit', { ...nothing, passed: 3 }, 'ended with SIGKILL', 1);
    expect({ passed, failures }).to.deep.equal({ passed: 3, failures: ['unit: ended with SIGKILL'] });
  });

  it('fails when there was no test', () => {
    expect(outcomeOf('unit', nothing, undefined, 1).failures).to.deep.equal(['unit: holds no test']);
  });
});
