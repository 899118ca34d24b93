import { expect } from 'chai';
import { accountLimits } from '../../../webapp/accounts/limits.ts';
import { registerTraveller } from '../../../webapp/accounts/register-traveller.ts';
import { USERNAME_TAKEN } from '../../../webapp/accounts/rules.ts';
import type { NewTraveller } from '../../../webapp/accounts/traveller-store.ts';
import { readConfig } from '../../../webapp/config.ts';
import { createSigner } from '../../../webapp/signer.ts';
import { createMemoryStore } from '../../../webapp/throttling/memory-store.ts';
import { createThrottle } from '../../../webapp/throttling/throttle.ts';
import { until } from '../../support/until.ts';

const GRACE = {
  username: 'grace.hopper',
  name: 'Grace',
  emailAddress: 'grace@example.com',
  password: 'correct horse',
  confirmPassword: 'correct horse',
};

function anApp() {
  const clock = { now: () => new Date(Date.UTC(2030, 0, 1)) };
  let account: (NewTraveller & { id: number; createdAt: Date }) | undefined;
  const stored = () => Promise.resolve(account);
  const taken = () => ({ username: account !== undefined, emailAddress: account !== undefined });
  const travellers = {
    taken: () => Promise.resolve(taken()),
    withUsername: stored,
    withId: stored,
    add(traveller: NewTraveller) {
      if (account) return Promise.resolve(taken());
      account = { ...traveller, id: 1, createdAt: clock.now() };
      return Promise.resolve('added' as const);
    },
  };
  // the requests whose passwords are being hashed, in the order in which they came
  const hashing: (() => void)[] = [];
  const passwords = {
    hash: (password: string) => new Promise<string>((resolve) => hashing.push(() => resolve(password))),
    verify: () => Promise.resolve('right' as const),
  };
  const throttle = createThrottle({
    shared: createMemoryStore(),
    insurance: createMemoryStore(),
    signer: createSigner(['only for tests 0123456789'], 'throttle'),
    clock,
  });
  const { throttling } = readConfig({ db_uri: 'mysql://a:b@c/d', secret_key: 'only for tests 0123456789' });
  const limits = accountLimits(throttling);
  const rules = { minimumLength: 8, isCommon: () => false };
  const register = registerTraveller(travellers, passwords, rules, stored, throttle, limits, clock);
  return { hashing, send: (form: string) => register(GRACE, undefined, form) };
}

describe('Registering with a form that is sent twice at once', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    it(`makes an account, and both are told so, where number ${order[0]} comes first to the database`, async () => {
      const { hashing, send } = anApp();
      const answers = [send('form'), send('form')];
      await until('both are hashed', () => hashing.length === 2);
      for (const index of order) {
        hashing[index]?.();
        expect(await answers[index]).to.deep.equal({});
      }
    });
  }

  it('refuses the same fields of another form', async () => {
    const { hashing, send } = anApp();
    const answers = [send('form'), send('another form')];
    await until('both are hashed', () => hashing.length === 2);
    for (const end of hashing) end();
    expect(await answers[0]).to.deep.equal({});
    expect(await answers[1]).to.have.property('username', USERNAME_TAKEN);
  });
});
