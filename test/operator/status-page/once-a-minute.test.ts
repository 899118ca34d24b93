import { expect } from 'chai';
import { onceAMinute } from '../../../operator/status-page/once-a-minute.ts';

describe('what the status page logs once a minute', () => {
  it('is each word by itself', () => {
    let now = 0;
    const isDue = onceAMinute({ now: () => now });
    expect(['a', 'a', 'b'].map(isDue)).to.deep.equal([true, false, true]);
    now = 59_999;
    expect(isDue('a')).to.equal(false);
    now = 60_000;
    expect(isDue('a')).to.equal(true);
  });
});
