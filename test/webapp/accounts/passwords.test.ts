import { hash as bcrypt } from '@node-rs/bcrypt';
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
    const stored = await bcrypt('x'.repeat(72), 4);
    expect(await passwords.verify('x'.repeat(72), stored)).to.equal('outdated');
    expect(await passwords.verify('x'.repeat(73), stored)).to.equal('wrong');
  });

  it('of the old application are checked beside the event loop, and take as long whatever was typed', async () => {
    const stored = await bcrypt('brought along', 10);
    const timeOf = async (password: string) => {
      let turns = 0;
      const counting = setInterval(() => turns++, 1);
      // of all threads, which the other work of the machine does not change
      const start = process.cpuUsage();
      await passwords.verify(password, stored);
      clearInterval(counting);
      expect(turns, 'turns of the event loop meanwhile').to.be.greaterThan(3);
      return process.cpuUsage(start).user;
    };
    const times: number[] = [];
    for (const password of ['brought along', 'something else', 'x'.repeat(73), 'x'.repeat(500)]) {
      // the shortest of three, as a garbage collection counts too
      times.push(Math.min(await timeOf(password), await timeOf(password), await timeOf(password)));
    }
    expect(Math.min(...times), String(times)).to.be.greaterThan(Math.max(...times) / 2);
  });

  it('of the old application are accepted with any of the prefixes that bcrypt has had', async () => {
    const stored = await bcrypt('brought along', 4);
    for (const prefix of ['$2a$', '$2b$', '$2y$']) {
      expect(await passwords.verify('brought along', stored.replace('$2b$', prefix)), prefix).to.equal('outdated');
    }
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
