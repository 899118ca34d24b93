import { expect } from 'chai';
import { canonicalQuantity, isMore } from '../../../operator/api/quantity.ts';

/** As apimachinery's `resource.ParseQuantity(…).String()` has it. */
const rows: readonly [string | number, string][] = [
  ['100m', '100m'],
  ['0.1', '100m'],
  ['0.5', '500m'],
  ['1.5', '1500m'],
  ['1000m', '1'],
  ['1', '1'],
  ['1.0', '1'],
  [2, '2'],
  ['0', '0'],
  ['0Mi', '0'],
  ['20000', '20k'],
  ['2000M', '2G'],
  ['0.0001', '100u'],
  ['128Mi', '128Mi'],
  ['1024Mi', '1Gi'],
  ['1000Mi', '1000Mi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['0.5Mi', '512Ki'],
  ['1.5Ki', '1536'],
  ['lots', 'lots'],
  ['1Xi', '1Xi'],
];

describe('a quantity', () => {
  for (const [given, canonical] of rows) {
    it(`${given} is written ${canonical}`, () => {
      expect(canonicalQuantity(given)).to.equal(canonical);
      expect(canonicalQuantity(canonical)).to.equal(canonical);
    });
  }

  for (const [one, other, is] of [
    ['2Gi', '2047Mi', true],
    ['2Gi', '2048Mi', false],
    ['1Gi', '2Gi', false],
    ['5Gi', 5_000_000_000, true],
    ['1Ti', '1T', true],
    ['100m', '0.05', true],
    ['lots', '1', false],
    ['1', 'lots', false],
  ] as const) {
    it(`${one} is ${is ? '' : 'not '}more than ${other}`, () => {
      expect(isMore(one, other)).to.equal(is);
    });
  }
});
