import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { Rights } from '../../../operator/status-page/access/rights.ts';
import type { Viewer } from '../../../operator/status-page/access/viewer.ts';
import { Changes } from '../../../operator/status-page/changes.ts';
import { OpenStreams } from '../../../operator/status-page/open-streams.ts';
import { stream } from '../../../operator/status-page/stream.ts';
import { appStores } from '../../support/app-controller.ts';
import { put } from '../../support/status-page.ts';
import { aVacationApp } from '../../support/vacation-app.ts';
import { Timers } from '../simulation/timers.ts';

const jane: Viewer = { kind: 'user', user: { username: 'jane' }, session: 's' };

/** A response that, as Node's does, emits an error for what is written after its end. */
class FakeResponse extends EventEmitter {
  readonly locals = { viewer: jane };
  destroyed = false;
  writableEnded = false;
  ends = 0;
  text = '';
  writeHead(): void {
    this.text = '';
  }
  write(chunk: string): void {
    if (this.writableEnded) this.emit('error', new Error('write after end'));
    this.text += chunk;
  }
  end(chunk: string): void {
    this.write(chunk);
    this.writableEnded = true;
    this.ends += 1;
  }
  leave(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

describe('a stream of the status page', () => {
  const stores = appStores();
  const changes = new Changes(stores);
  const open = new OpenStreams();
  const timers = new Timers();
  let version = 0;
  const changeApp = (): void => put(stores, aVacationApp(), (version += 1));
  const start = (mayUser: () => Promise<boolean>, query: object = { of: 'list' }) => {
    const response = new FakeResponse();
    const rights = new Rights({ mayUser }, { now: () => 0 });
    const handler = stream({ changes, rights, identify: () => Promise.resolve(jane), clock: timers.begin(), open });
    // Express types a response with a hundred members. The stream uses only those that the fake has, and the type cannot say so.
    const handled = Promise.resolve(handler({ query } as Request, response as unknown as Response, () => undefined));
    return { response, handled };
  };

  it('tells changes of a list together for two seconds, and those of an app for half a second', async () => {
    const ofApp = { of: 'app', namespace: 'travel', name: 'milky-way' };
    for (const [query, ms] of [
      [{ of: 'list' }, 2_000],
      [ofApp, 500],
    ] as const) {
      // prettier-ignore
      const { response, handled } = start(() => Promise.resolve(true), query);
      await handled;
      const began = timers.time;
      for (let count = 0; count < 3; count += 1) changeApp();
      await setImmediate();
      expect(response.text).not.to.contain('changed');
      const told = timers.next;
      expect(told?.due).to.equal(began + ms);
      if (told) timers.fire(told);
      expect(response.text.split('event: changed')).to.have.length(2);
      expect(timers.next).to.equal(undefined);
      response.leave();
    }
  });

  it('ends once, and without an error, when two checks fail in the same moment', async () => {
    const { response, handled } = start(() => Promise.reject(new Error('away')));
    const errors: unknown[] = [];
    await handled;
    response.on('error', (error: unknown) => errors.push(error));
    changeApp();
    changeApp();
    await setImmediate();
    expect([response.ends, errors]).to.deep.equal([1, []]);
    expect(response.text).to.match(/event: ended\ndata:\n\n$/);
    expect(changes.size, 'at once, not when the connection has closed').to.equal(0);
    response.leave();
  });

  it('ends by an error of the connection', async () => {
    const { response, handled } = start(() => Promise.resolve(true));
    await handled;
    response.emit('error', new Error('reset'));
    expect([response.ends, changes.size]).to.deep.equal([1, 0]);
    response.leave();
    expect(open.count).to.equal(0);
  });

  it('does not begin for a client that left during the checks', async () => {
    let answer: (isAllowed: boolean) => void = () => undefined;
    const mayUser = (): Promise<boolean> => new Promise((resolve) => (answer = resolve));
    const { response, handled } = start(mayUser, { of: 'app', namespace: 'travel', name: 'milky-way' });
    response.leave();
    answer(true);
    await handled;
    expect([open.count, changes.size]).to.deep.equal([0, 0]);
  });

  it('is refused to a user who has ten, and not to others', () => {
    const closes = Array.from({ length: 10 }, () => open.open(jane));
    expect(() => open.open(jane))
      .to.throw('too many streams')
      .with.property('status', 429);
    closes.push(open.open({ kind: 'user', user: { username: 'joe' }, session: undefined }));
    closes.shift()?.();
    closes.push(open.open(jane));
    for (const close of closes) close();
    expect(open.count).to.equal(0);
  });
});
