import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import { Attempts } from '../../../../operator/status-page/access/attempts.ts';
import { SESSION_MS, Sessions, sweepSessions } from '../../../../operator/status-page/access/sessions.ts';

const USER = { username: 'jane', groups: ['crew'] };

describe('a session of the status page', () => {
  let now = 0;
  let valid: Set<string>;
  let reviews: number;
  let sessions: Sessions;

  beforeEach(() => {
    now = 0;
    valid = new Set(['token']);
    reviews = 0;
    const review = (token: string): Promise<typeof USER | undefined> => {
      reviews += 1;
      return Promise.resolve(valid.has(token) ? USER : undefined);
    };
    sessions = new Sessions(review, { now: () => now });
  });

  it('begins with a valid token only', async () => {
    expect(await sessions.start('wrong')).to.equal(undefined);
    const id = (await sessions.start('token')) ?? '';
    expect(id).to.match(/^[\w-]{43}$/);
    expect(await sessions.userOf(id)).to.deep.equal(USER);
    expect(await sessions.userOf('other')).to.equal(undefined);
  });

  it('goes on after each review of a token that is valid', async () => {
    const id = (await sessions.start('token')) ?? '';
    for (let count = 0; count < 3; count += 1) {
      now += 30_000;
      expect(await sessions.userOf(id)).to.deep.equal(USER);
    }
    expect(reviews).to.equal(4);
  });

  it('ends within half a minute after its token was revoked', async () => {
    const id = (await sessions.start('token')) ?? '';
    valid.clear();
    now += 30_000;
    expect(await sessions.userOf(id)).to.equal(undefined);
    valid.add('token');
    expect(await sessions.userOf(id), 'it does not come back').to.equal(undefined);
  });

  it('asks once for the requests of one page', async () => {
    const id = (await sessions.start('token')) ?? '';
    now += 30_000;
    await Promise.all([sessions.userOf(id), sessions.userOf(id), sessions.userOf(id)]);
    expect(reviews).to.equal(2);
  });

  it('lets nobody in while the API server does not answer', async () => {
    let isAway = false;
    const failing = new Sessions(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(USER)), {
      now: () => now,
    });
    const id = (await failing.start('token')) ?? '';
    isAway = true;
    now += 30_000;
    const answer = await failing.userOf(id).catch((error: unknown) => (error as Error).message);
    expect(answer).to.equal('away');
  });

  it('ends by its age, and by a sign-out', async () => {
    const [old, left] = [(await sessions.start('token')) ?? '', (await sessions.start('token')) ?? ''];
    sessions.end(left);
    expect(await sessions.userOf(left)).to.equal(undefined);
    now += SESSION_MS;
    expect(await sessions.userOf(old)).to.equal(undefined);
  });

  it('is removed with its token within a minute after its end, while the server is open', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const server = new EventEmitter();
      sweepSessions(sessions, server);
      await sessions.start('token');
      mock.timers.tick(60_000);
      expect(sessions.size).to.equal(1);
      now += SESSION_MS;
      mock.timers.tick(60_000);
      expect(sessions.size).to.equal(0);
      server.emit('close');
      await sessions.start('token');
      now += SESSION_MS;
      mock.timers.tick(60_000);
      expect(sessions.size).to.equal(1);
    } finally {
      mock.timers.reset();
    }
  });

  it('ends during a review when somebody signs out', async () => {
    const id = (await sessions.start('token')) ?? '';
    now += 30_000;
    const asked = sessions.userOf(id);
    sessions.end(id);
    expect(await asked).to.equal(undefined);
    expect(await sessions.userOf(id)).to.equal(undefined);
  });
});

describe('attempts to sign in', () => {
  it('are limited for each address, for a minute', () => {
    let now = 0;
    const attempts = new Attempts({ now: () => now });
    for (let count = 0; count < 20; count += 1) {
      expect(attempts.hasLeft('a')).to.equal(true);
      attempts.fail('a');
    }
    expect(attempts.hasLeft('a')).to.equal(false);
    expect(attempts.hasLeft('b')).to.equal(true);
    now += 60_000;
    expect(attempts.hasLeft('a')).to.equal(true);
  });
});
