import { expect } from 'chai';
import type { Question } from '../../../../operator/status-page/access/reviews.ts';
import { Rights } from '../../../../operator/status-page/access/rights.ts';
import type { Viewer } from '../../../../operator/status-page/access/viewer.ts';

const viewer = (username: string): Viewer => ({ kind: 'user', user: { username }, session: 's' });

describe('what a viewer may see', () => {
  let now: number;
  let asked: (Question & { username: string })[];
  let allowed: (username: string, question: Question) => boolean;
  let rights: Rights;

  beforeEach(() => {
    now = 0;
    asked = [];
    allowed = () => false;
    const mayUser = ({ username }: { username: string }, question: Question): Promise<boolean> => {
      asked.push({ username, ...question });
      return Promise.resolve(allowed(username, question));
    };
    rights = new Rights({ mayUser }, { now: () => now });
  });

  it('is everything on loopback, without asking', async () => {
    const visible = await rights.visible({ kind: 'loopback' }, ['a']);
    expect(visible.isAll).to.equal(true);
    expect(await rights.mayGet({ kind: 'loopback' }, 'a', 'app')).to.equal(true);
    expect(asked).to.deep.equal([]);
  });

  it('is every namespace for somebody who may list in all', async () => {
    allowed = (_username, { namespace, verb }) => namespace === '' && verb === 'list';
    const visible = await rights.visible(viewer('ops'), ['a', 'b']);
    expect(visible.isAll).to.equal(true);
    expect(visible.has('b')).to.equal(true);
    expect(asked).to.have.length(1);
  });

  it('is one namespace for somebody who may list in that one, out of many', async () => {
    allowed = (_username, { namespace }) => namespace === 'n-33';
    const names = Array.from({ length: 50 }, (_, index) => `n-${index}`);
    const visible = await rights.visible(viewer('jane'), names);
    expect(visible.isAll).to.equal(false);
    expect(names.filter((name) => visible.has(name))).to.deep.equal(['n-33']);
    expect(visible.has('unasked')).to.equal(false);
  });

  it('is asked by name for a single app', async () => {
    allowed = (_username, { verb, namespace, name }) => verb === 'get' && namespace === 'a' && name === 'mine';
    expect(await rights.mayGet(viewer('jane'), 'a', 'mine')).to.equal(true);
    expect(await rights.mayGet(viewer('jane'), 'a', 'other')).to.equal(false);
    expect(await rights.mayGet(viewer('jane'), 'b', 'mine')).to.equal(false);
  });

  it('is remembered for each user for 20 seconds', async () => {
    allowed = (username) => username === 'jane';
    const may = (name: string): Promise<boolean> => rights.mayGet(viewer(name), 'a', 'app');
    expect([await may('jane'), await may('jane'), await may('joe')]).to.deep.equal([true, true, false]);
    expect(asked).to.have.length(2);
    allowed = () => false;
    now += 19_999;
    expect(await may('jane')).to.equal(true);
    now += 1;
    expect(await may('jane')).to.equal(false);
  });

  it('is nothing under a name that cannot exist, without asking', async () => {
    allowed = () => true;
    for (const [namespace, name] of [
      ['A', 'app'],
      ['a', 'a/b'],
      ['a', ''],
      ['a'.repeat(64), 'app'],
      ['a', 'a'.repeat(254)],
    ] as const) {
      // prettier-ignore
      expect(await rights.mayGet(viewer('jane'), namespace, name)).to.equal(false);
    }
    expect(asked).to.deep.equal([]);
    expect(await rights.mayGet(viewer('jane'), 'a', 'my.app-1')).to.equal(true);
  });

  it('is forgotten when it has expired and another answer comes', async () => {
    for (const name of ['x', 'y']) await rights.mayGet(viewer('jane'), 'a', name);
    now += 20_000;
    await rights.mayGet(viewer('jane'), 'a', 'z');
    expect(rights.size).to.equal(1);
  });

  it('is not remembered of a review that failed', async () => {
    let isAway = true;
    const failing = new Rights(
      { mayUser: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(true)) },
      { now: () => now },
    );
    const may = (): Promise<unknown> => failing.mayGet(viewer('jane'), 'a', 'app').catch((error: unknown) => error);
    expect(await may()).to.be.an('error');
    isAway = false;
    expect(await may()).to.equal(true);
  });
});
