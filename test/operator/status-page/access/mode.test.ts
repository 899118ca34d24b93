import { expect } from 'chai';
import { createMode } from '../../../../operator/status-page/access/mode.ts';
import { proxyUser } from '../../../../operator/status-page/access/proxy-identity.ts';
import { returnPath } from '../../../../operator/status-page/access/routes.ts';

const SECRET = 'a-secret-of-the-proxy';

describe('how viewers are known', () => {
  const modeOf = (
    settings: Partial<Parameters<typeof createMode>[0]>,
    mayReview: () => Promise<boolean>,
    now = (): number => 0,
  ): (() => Promise<unknown>) => {
    const mode = createMode({ access: 'Discovered', proxySecret: undefined, ...settings }, { mayReview }, { now });
    return () => mode().catch((error: unknown) => (error as Error).message);
  };
  const never = (): Promise<boolean> => Promise.reject(new Error('asked'));

  it('is by token where the operator may review, else loopback alone', async () => {
    expect(await modeOf({}, () => Promise.resolve(true))()).to.equal('token');
    expect(await modeOf({}, () => Promise.resolve(false))()).to.equal('loopback');
  });

  it('is as the setting says, without asking', async () => {
    expect(await modeOf({ access: 'Token' }, never)()).to.equal('token');
    expect(await modeOf({ access: 'Loopback' }, never)()).to.equal('loopback');
  });

  it('is by identity where there is a proxy, so that loopback is off', async () => {
    expect(await modeOf({ proxySecret: SECRET }, never)()).to.equal('token');
  });

  it('is unknown without an answer, so that nobody gets in, and is asked again', async () => {
    let isAway = true;
    const mode = modeOf({}, () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(true)));
    expect(await mode()).to.equal('away');
    isAway = false;
    expect(await mode()).to.equal('token');
  });

  it('is asked once a minute', async () => {
    let now = 0;
    let may = false;
    const mode = modeOf({}, () => Promise.resolve(may), () => now); // prettier-ignore
    expect(await mode()).to.equal('loopback');
    may = true;
    now = 59_999;
    expect(await mode()).to.equal('loopback');
    now = 60_000;
    expect(await mode()).to.equal('token');
  });
});

describe('the identity from a proxy', () => {
  const headers = { 'x-proxy-secret': SECRET, 'x-remote-user': 'jane', 'x-remote-group': 'crew, captains' };
  const groups = ['crew', 'captains', 'system:authenticated'];
  for (const [title, given, secret, user] of [
    ['with the secret', headers, SECRET, { username: 'jane', groups }],
    [
      'without groups',
      { ...headers, 'x-remote-group': undefined },
      SECRET,
      { username: 'jane', groups: groups.slice(2) },
    ],
    ['without the secret', { 'x-remote-user': 'jane' }, SECRET, undefined],
    ['with another secret', { ...headers, 'x-proxy-secret': `${SECRET}x` }, SECRET, undefined],
    ['without a user', { 'x-proxy-secret': SECRET }, SECRET, undefined],
    ['where no proxy is set', headers, undefined, undefined],
    ['where no proxy is set and the secret is empty', { ...headers, 'x-proxy-secret': '' }, undefined, undefined],
  ] as const) {
    it(`is ${user ? 'taken' : 'not taken'} ${title}`, () => {
      expect(proxyUser(given, secret)).to.deep.equal(user);
    });
  }
});

describe('the way back after signing in', () => {
  for (const [next, path] of [
    ['/', '/'],
    ['/?state=Stalled', '/?state=Stalled'],
    ['/apps/travel/milky-way', '/apps/travel/milky-way'],
    ['/operator?refresh=5', '/operator?refresh=5'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example/', '/'],
    ['/apps/\\..\\evil', '/'],
    ['/sign-out', '/'],
    [['/operator'], '/'],
    [undefined, '/'],
  ] as const) {
    it(`of ${JSON.stringify(next)} is ${path}`, () => {
      expect(returnPath(next)).to.equal(path);
    });
  }
});
