import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { DatabaseError } from 'sequelize';
import { type BreakerState, createBreaker } from '../../../webapp/database/breaker.ts';
import { BusyError, DatabaseAwayError } from '../../../webapp/database/errors.ts';
import { CONFLICT, NOT_HERE, NOT_NOW } from '../../../webapp/database/server-errors.ts';

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const overdue = Object.assign(new Error('overdue'), { code: 'ETIMEDOUT' });

describe('The breaker', () => {
  let answer: () => Promise<'up' | 'outdated'>;
  let states: BreakerState[];
  let refusals: unknown[];
  const aBreaker = () => {
    states = [];
    refusals = [];
    return createBreaker({
      probe: () => answer(),
      intervalMs: 1,
      restMs: 60_000,
      trustMs: 1000,
      onRefusal: (error) => void refusals.push(error),
      onChange: (state) => void states.push(state),
    });
  };
  const errorOf = (promise: Promise<unknown>) => promise.catch((reason: unknown) => reason);
  const settled = () => sleep(15);

  beforeEach(() => (answer = () => Promise.resolve('up')));

  it('refuses everything until a probe has found the database', async () => {
    const breaker = aBreaker();
    expect(await errorOf(breaker.run(() => Promise.resolve(1)))).to.be.instanceOf(DatabaseAwayError);
    breaker.start();
    await settled();
    expect(await breaker.run(() => Promise.resolve(1))).to.equal(1);
  });

  it('refuses work whose connection was lost, and stays closed where a probe is answered', async () => {
    const breaker = aBreaker();
    breaker.start();
    await settled();
    const lost = [
      Object.assign(new Error('shutdown'), { code: 'ER_SERVER_SHUTDOWN' }),
      Object.assign(new Error('last words'), { code: 'PROTOCOL_UNEXPECTED_PACKET', fatal: true }),
    ];
    for (const error of lost) {
      expect(await errorOf(breaker.run(() => Promise.reject(error)))).to.be.instanceOf(DatabaseAwayError);
    }
    await settled();
    expect(states).to.deep.equal(['up']);
    answer = () => Promise.reject(refused);
    expect(await errorOf(breaker.run(() => Promise.reject(lost[0] as Error)))).to.be.instanceOf(DatabaseAwayError);
    await settled();
    expect(states[1]).to.equal('away');
    breaker.stop();
  });

  it('opens when nobody answers, gives up what is under way, and closes when a probe is answered', async () => {
    const breaker = aBreaker();
    breaker.start();
    await settled();
    answer = () => Promise.reject(refused);
    const hanging = errorOf(breaker.run(() => new Promise(() => undefined)));
    expect(await errorOf(breaker.run(() => Promise.reject(refused)))).to.be.instanceOf(DatabaseAwayError);
    expect(await hanging).to.be.instanceOf(DatabaseAwayError);
    expect(breaker.state()).to.equal('away');
    answer = () => Promise.resolve('up');
    await settled();
    expect(states).to.deep.equal(['up', 'away', 'up']);
  });

  it('stays closed when every connection is in use, which says nothing of the database', async () => {
    const breaker = aBreaker();
    breaker.start();
    await settled();
    const exhausted = Object.assign(new Error('acquire'), { name: 'SequelizeConnectionAcquireTimeoutError' });
    expect(await errorOf(breaker.run(() => Promise.reject(exhausted)))).to.be.instanceOf(BusyError);
    expect(breaker.state()).to.equal('up');
  });

  it('stays closed after a mistake of the work itself', async () => {
    const breaker = aBreaker();
    breaker.start();
    await settled();
    const mistake = new Error('mistake');
    expect(await errorOf(breaker.run(() => Promise.reject(mistake)))).to.equal(mistake);
    expect(breaker.state()).to.equal('up');
  });

  it('stays closed after one slow statement when a probe sent meanwhile was answered', async () => {
    const breaker = aBreaker();
    breaker.start();
    await settled();
    breaker.suspect();
    await settled();
    expect(await errorOf(breaker.run(() => Promise.reject(overdue)))).to.be.instanceOf(DatabaseAwayError);
    expect(breaker.state()).to.equal('up');
  });

  it('does not let work begin on a schema that is too old', async () => {
    answer = () => Promise.resolve('outdated');
    const breaker = aBreaker();
    breaker.start();
    await settled();
    expect(await errorOf(breaker.run(() => Promise.resolve(1)))).to.be.instanceOf(DatabaseAwayError);
    breaker.stop();
  });
});

describe('The breaker, when MySQL refuses', () => {
  let answer: () => Promise<'up' | 'outdated'>;
  let states: BreakerState[];
  let refused: unknown[];
  const aBreaker = (restMs = 60_000) => {
    [states, refused] = [[], []];
    return createBreaker({
      probe: () => answer(),
      intervalMs: 1,
      restMs,
      trustMs: 1000,
      onRefusal: (error) => void refused.push(error),
      onChange: (state) => void states.push(state),
    });
  };
  const ofServer = (errno: number) => Object.assign(new Error(`error ${errno}`), { errno, code: `ER_${errno}` });
  const settled = () => sleep(15);
  const errorOf = (promise: Promise<unknown>) => promise.catch((reason: unknown) => reason);

  beforeEach(() => (answer = () => Promise.resolve('up')));

  it('knows each number that means "not now" or "not on this server"', () => {
    const named = [1021, 1028, 1040, 1114, 1203, 1226, 1290, 1461, 1665, 1792, 1836, 3024, 3032];
    expect(named.filter((errno) => !NOT_NOW.has(errno) && !NOT_HERE.has(errno))).to.deep.equal([]);
    expect([...NOT_NOW].filter((errno) => NOT_HERE.has(errno) || CONFLICT.has(errno))).to.deep.equal([]);
  });

  for (const errno of [...NOT_NOW, ...NOT_HERE]) {
    it(`lets a traveller try again after error ${errno}, tells of it, and goes on`, async () => {
      const breaker = aBreaker();
      breaker.start();
      await settled();
      // Sequelize wraps what the driver said
      const error = new DatabaseError(Object.assign(ofServer(errno), { sql: '' }));
      expect(await errorOf(breaker.run(() => Promise.reject(error)))).to.be.instanceOf(DatabaseAwayError);
      expect(refused).to.deep.equal([error]);
      expect(await breaker.run(() => Promise.resolve(1))).to.equal(1);
      breaker.stop();
    });
  }

  for (const errno of CONFLICT) {
    it(`lets a traveller try again after error ${errno}, a conflict with somebody else`, async () => {
      const breaker = aBreaker();
      breaker.start();
      await settled();
      expect(await errorOf(breaker.run(() => Promise.reject(ofServer(errno))))).to.be.instanceOf(BusyError);
      breaker.stop();
    });
  }

  it('goes on with a database that takes no writes, until a probe may write again', async () => {
    const breaker = aBreaker();
    answer = () => Promise.reject(ofServer(1290));
    breaker.start();
    await settled();
    expect(breaker.state()).to.equal('unwritable');
    expect(await breaker.run(() => Promise.resolve(1))).to.equal(1);
    answer = () => Promise.resolve('up');
    await settled();
    expect(states).to.deep.equal(['unwritable', 'up']);
    breaker.stop();
  });

  it('finds out by itself that a database takes no writes any more, and takes no other trouble of that probe to heart', async () => {
    const breaker = aBreaker(2);
    breaker.start();
    await settled();
    answer = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    await settled();
    expect(states).to.deep.equal(['up']);
    answer = () => Promise.reject(ofServer(1836));
    await settled();
    expect(states).to.deep.equal(['up', 'unwritable']);
    breaker.stop();
  });
});
