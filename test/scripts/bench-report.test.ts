import { expect } from 'chai';
import { asMarkdown, type Check, holds, median, missedBy, missedGates, quantile } from '../bench/report.ts';

describe('the report of a benchmark', () => {
  const gate: Check = { kind: 'gate', what: 'pages', value: 2.6, unit: 'times', atMost: 2.5 };
  const aim: Check = { kind: 'aim', what: 'start', value: 0.7, unit: 's', atMost: 0.6 };

  it('takes a bound itself for kept', () => {
    for (const [check, kept] of [
      [gate, false],
      [{ ...gate, value: 2.5 }, true],
      [{ ...gate, value: Number.NaN }, false],
      [{ kind: 'gate', what: 'bookings', value: 0.69, unit: '', atLeast: 0.7 }, false],
    ] as const) {
      expect(holds(check)).to.equal(kept);
    }
  });

  it('fails for gates, not for aims', () => {
    const report = { tables: {}, notes: [], checks: [gate, aim, { ...gate, value: 1 }] };
    expect(missedGates(report)).to.deep.equal([gate]);
    expect(asMarkdown('Cost', report))
      .to.match(/2\.60 times .* \*\*missed by 4\.00 %\*\*/)
      .and.match(/0\.70 s .* missed by 16\.7 % /)
      .and.match(/1\.00 times .* met /);
  });

  it('tells by how much a bound is missed', () => {
    for (const [check, share] of [
      [{ ...gate, value: 5 }, 1],
      [{ kind: 'aim', what: 'log-in', value: 15, unit: 'times', atLeast: 20 }, 0.25],
      [{ ...gate, value: 2.5 }, undefined],
      [{ ...gate, value: Number.NaN }, undefined],
      [{ ...gate, atMost: 0 }, undefined],
    ] as const) {
      expect(missedBy(check)).to.equal(share);
    }
  });

  it('has the middle of what was measured, whatever the order', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), quantile([5, 1, 4, 2, 3], 0.95)]).to.deep.equal([2, 2.5, 5]);
  });
});
