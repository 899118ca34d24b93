import { expect } from 'chai';
import { isSameOrigin } from '../../../../operator/status-page/access/same-origin.ts';

describe('the origin of a form', () => {
  const host = 'localhost:8082';
  for (const [title, headers, isSame] of [
    ['by Sec-Fetch-Site', { host, 'sec-fetch-site': 'same-origin' }, true],
    ['of another site', { host, 'sec-fetch-site': 'cross-site', origin: 'http://localhost:8082' }, false],
    ['of another port of the same site', { host, 'sec-fetch-site': 'same-site' }, false],
    ['by Origin', { host, origin: 'http://localhost:8082' }, true],
    ['by another Origin', { host, origin: 'http://evil.example' }, false],
    ['by no Origin', { host, origin: 'null' }, false],
    ['that is not told', { host }, false],
  ] as const) {
    it(`is ${isSame ? 'this page' : 'not this page'}: ${title}`, () => {
      expect(isSameOrigin(headers)).to.equal(isSame);
    });
  }
});
