import { expect } from 'chai';
import { networkOf, parseLimit, tooManyMessage } from '../../../webapp/throttling/rules.ts';

describe('The rules of throttling', () => {
  it('count an IPv4 address as it is, and an IPv6 address by its /64', () => {
    for (const [address, network] of [
      ['192.0.2.7', '192.0.2.7'],
      ['::ffff:192.0.2.7', '192.0.2.7'],
      ['::FFFF:c000:0207', '192.0.2.7'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
      ['2001:db8::6', '2001:db8:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
      [undefined, ''],
    ] as const) {
      expect(networkOf(address), address).to.equal(network);
    }
  });

  it('read a limit as a number and a time', () => {
    expect(parseLimit('10/1h')).to.deep.equal({ count: 10, seconds: 3600 });
    expect(parseLimit('5/90s')).to.deep.equal({ count: 5, seconds: 90 });
    expect(parseLimit('1/30d')).to.deep.equal({ count: 1, seconds: 2_592_000 });
    expect(parseLimit('off')).to.equal('off');
    for (const text of ['', '10', '10/h', '0/1h', '10/0h', '10/31d', '-1/1h', '1e3/1h', '10/1w', '10/1h ', '1.5/1h']) {
      expect(parseLimit(text), text).to.equal(undefined);
    }
  });

  it('tell when to try again, never too early', () => {
    for (const [seconds, when] of [
      [1, '1 minute'],
      [60, '1 minute'],
      [61, '2 minutes'],
      [3600, '60 minutes'],
      [7141, '2 hours'],
      [86_399, '24 hours'],
    ] as const) {
      expect(tooManyMessage(seconds)).to.equal(`Too many attempts. Please try again in ${when}.`);
    }
  });
});
