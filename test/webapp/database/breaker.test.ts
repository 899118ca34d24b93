import { expect } from 'chai';
import { type Breaker, type BreakerState, createBreaker } from '../../../webapp/database/breaker.ts';
import { BusyError, DatabaseAwayError } from '../../../webapp/database/errors.ts';
import { until } from '../../support/until.ts';

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const overdue = Object.assign(new Error('overdue'), { code: 'ETIMEDOUT' });

describe('The breaker', () => {
  let answer: () => Promise<'up' | 'outdated'>;
  let states: BreakerState[];
  let probes: number;
  const aBreaker = () => {
    states = [];
    probes = 0;
    return createBreaker({
      probe: () => {
        probes += 1;
        return answer();
      },
      intervalMs: 1,
      trustMs: 60_000,
      onChange: (state) => void states.push(state),
    });
  };
  const errorOf = (promise: Promise<unknown>) => promise.catch((reason: unknown) => reason);
  const isIn = (breaker: Breaker, state: BreakerState) => until(`it is ${state}`, () => breaker.state() === state);

  beforeEach(() => (answer = () => Promise.resolve('up')));

  it('refuses everything until a probe has found the database', async () => {
    const breaker = aBreaker();
    expect(await errorOf(breaker.run(() => Promise.resolve(1)))).to.be.instanceOf(DatabaseAwayError);
    breaker.start();
    await isIn(breaker, 'up');
    expect(await breaker.run(() => Promise.resolve(1))).to.equal(1);
  });

  it('refuses work whose connection was lost, and stays closed where a probe is answered', async () => {
    const breaker = aBreaker();
    breaker.start();
    await isIn(breaker, 'up');
    const lost = [
      Object.assign(new Error('shutdown'), { code: 'ER_SERVER_SHUTDOWN' }),
      Object.assign(new Error('last words'), { code: 'PROTOCOL_UNEXPECTED_PACKET', fatal: true }),
    ];
    for (const error of lost) {
      expect(await errorOf(breaker.run(() => Promise.reject(error)))).to.be.instanceOf(DatabaseAwayError);
    }
    await until('a probe is sent', () => probes > 1);
    expect(states).to.deep.equal(['up']);
    answer = () => Promise.reject(refused);
    expect(await errorOf(breaker.run(() => Promise.reject(lost[0] as Error)))).to.be.instanceOf(DatabaseAwayError);
    await isIn(breaker, 'away');
    breaker.stop();
  });

  it('opens when nobody answers, gives up what is under way, and closes when a probe is answered', async () => {
    const breaker = aBreaker();
    breaker.start();
    await isIn(breaker, 'up');
    answer = () => Promise.reject(refused);
    const hanging = errorOf(breaker.run(() => new Promise(() => undefined)));
    expect(await errorOf(breaker.run(() => Promise.reject(refused)))).to.be.instanceOf(DatabaseAwayError);
    expect(await hanging).to.be.instanceOf(DatabaseAwayError);
    expect(breaker.state()).to.equal('away');
    answer = () => Promise.resolve('up');
    await isIn(breaker, 'up');
    expect(states).to.deep.equal(['up', 'away', 'up']);
  });

  it('stays closed when every connection is in use, which says nothing of the database', async () => {
    const breaker = aBreaker();
    breaker.start();
    await isIn(breaker, 'up');
    const exhausted = Object.assign(new Error('acquire'), { name: 'SequelizeConnectionAcquireTimeoutError' });
    expect(await errorOf(breaker.run(() => Promise.reject(exhausted)))).to.be.instanceOf(BusyError);
    expect(breaker.state()).to.equal('up');
  });

  it('stays closed after a mistake of the work itself', async () => {
    const breaker = aBreaker();
    breaker.start();
    await isIn(breaker, 'up');
    const mistake = new Error('mistake');
    expect(await errorOf(breaker.run(() => Promise.reject(mistake)))).to.equal(mistake);
    expect(breaker.state()).to.equal('up');
  });

  it('stays closed after one slow statement when a probe sent meanwhile was answered', async () => {
    const breaker = aBreaker();
    breaker.start();
    await isIn(breaker, 'up');
    breaker.suspect();
    await until('a probe is sent', () => probes > 1);
    expect(await errorOf(breaker.run(() => Promise.reject(overdue)))).to.be.instanceOf(DatabaseAwayError);
    expect(breaker.state()).to.equal('up');
  });

  it('does not let work begin on a schema that is too old', async () => {
    answer = () => Promise.resolve('outdated');
    const breaker = aBreaker();
    breaker.start();
    await isIn(breaker, 'outdated');
    expect(await errorOf(breaker.run(() => Promise.resolve(1)))).to.be.instanceOf(DatabaseAwayError);
    breaker.stop();
  });
});
