import { expect } from 'chai';
import { logInPath, returnPathOf } from '../../../webapp/web/return-path.ts';

describe('Where a log-in leads', () => {
  it('is where the traveller was going', () => {
    for (const path of [
      '/book',
      '/reservation',
      '/book?destination=trappist-1&departure=2030-01-05',
      '/reservation/ABCDEFG1/change',
      '/waitlist/take',
      '/account/password',
    ]) {
      expect(returnPathOf(path)).to.equal(path);
      expect(new URL(logInPath(path), 'http://x').searchParams.get('next')).to.equal(path);
    }
  });

  it('is never another site or a page that does something', () => {
    for (const path of [
      '',
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/logout',
      '/book/../x',
      '/book\n',
      '/books',
      '/account/data',
      '/reservation/ABCDEFG1/trip.ics',
      `/book?${'a'.repeat(201)}`,
    ]) {
      expect(returnPathOf(path), path).to.equal(undefined);
      expect(logInPath(path)).to.equal('/login');
    }
  });
});
