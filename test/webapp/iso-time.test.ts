import { expect } from 'chai';
import { isoMinute, isoTime } from '../../webapp/iso-time.ts';

describe('A time', () => {
  const START = Date.UTC(2039, 11, 31, 23, 58, 57, 3);

  it('is written as Date writes it', () => {
    for (let at = START; at < START + 200_000; at += 997) expect(isoTime(at)).to.equal(new Date(at).toISOString());
    for (const at of [0, -1, Date.UTC(9999, 11, 31, 23, 59, 59, 999)]) {
      expect(isoTime(at)).to.equal(new Date(at).toISOString());
    }
  });

  it('is written to its minute, for many in turn', () => {
    for (let minute = 0; minute < 1200; minute++) {
      const at = START + (minute % 600) * 60_000;
      expect(isoMinute(at)).to.equal(new Date(at).toISOString().slice(0, 16));
    }
  });

  it('is none where there is none', () => {
    expect(() => isoTime(Number.NaN)).to.throw(RangeError);
  });
});
