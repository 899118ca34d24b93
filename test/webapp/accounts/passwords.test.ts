import { expect } from 'chai';
import { createPasswords } from '../../../webapp/accounts/passwords.ts';
import { BusyError } from '../../../webapp/database/errors.ts';

describe('Passwords', () => {
  const passwords = createPasswords({ concurrency: 2, queue: 10 });

  it('are kept as argon2id with the parameters of the notes, each with a salt of its own', async () => {
    const [a, b] = await Promise.all([passwords.hash('same'), passwords.hash('same')]);
    expect(a).to.match(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
    expect(a).to.not.equal(b);
    expect(await passwords.verify('same', a)).to.equal('right');
    expect(await passwords.verify('Same', a)).to.equal('wrong');
  });

  it('of nobody and hashes that are none are wrong', async () => {
    expect(await passwords.verify('x', undefined)).to.equal('wrong');
    expect(await passwords.verify('nobody has this password', undefined)).to.equal('wrong');
    expect(await passwords.verify('x', 'no hash')).to.equal('wrong');
  });

  it('longer than bcrypt looks at do not match what begins alike', async () => {
    const { hash } = await import('bcryptjs');
    const stored = await hash('x'.repeat(72), 4);
    expect(await passwords.verify('x'.repeat(72), stored)).to.equal('outdated');
    expect(await passwords.verify('x'.repeat(73), stored)).to.equal('wrong');
  });

  it('are refused when too many wait, and checked again afterwards', async () => {
    const narrow = createPasswords({ concurrency: 1, queue: 1 });
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => narrow.hash('x')));
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).to.be.instanceOf(BusyError);
    }
    expect(await narrow.hash('x')).to.be.a('string');
  });
});
