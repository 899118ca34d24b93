import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { until } from '../../../scripts/cluster/run.ts';
import { type RunningWebApp, startWebApp } from '../../support/web-app.ts';
import { webClient } from './web-client.ts';
import { mysql } from './world.ts';

describe('The process', function () {
  this.timeout(60_000);
  let app: RunningWebApp;
  before(async () => (app = await startWebApp(await mysql().createDatabase())));
  after(() => app.stop());

  it('tells on its second port whether it lives and is ready, and what it measured, by route pattern', async () => {
    await webClient(app.url).get('/about?secret=1');
    const ready = await fetch(`${app.probeUrl}/readyz`);
    expect(await ready.json()).to.deep.equal({
      ready: true,
      listening: true,
      schema: true,
      draining: false,
      database: 'up',
    });
    const metricsNow = async () => (await fetch(`${app.probeUrl}/metrics`)).text();
    const settled = async () => {
      const now = await metricsNow();
      return /^departures_mismatched 0$/m.test(now) && /^database_work_under_way 0$/m.test(now);
    };
    await until('the counters to be checked, and the chores at the start to end', 10_000, settled);
    const metrics = await metricsNow();
    expect(metrics).to.match(/http_request_duration_seconds_count\{method="GET",route="\/about",status="200"\} 1/);
    expect(metrics).to.include('database_up 1');
    expect(metrics).to.not.include('secret');
    expect((await fetch(`${app.url}/metrics`)).status).to.equal(404);
  });

  it('is ready only while its database has the schema, and again once that is back', async () => {
    const uri = await mysql().createDatabase();
    const there = await startWebApp(uri);
    const administrator = await createConnection({ uri });
    const isReady = async () => (await fetch(`${there.probeUrl}/readyz`)).ok;
    const visitor = webClient(there.url);
    try {
      await administrator.query('RENAME TABLE schema_migration TO elsewhere, traveller TO elsewhere_too');
      const refused = await visitor.submit('/login', '/login', { username: 'somebody', password: 'something' });
      expect(refused.status).to.equal(503);
      await until('the pod not to be ready', 30_000, async () => !(await isReady()));
      await administrator.query('RENAME TABLE elsewhere TO schema_migration, elsewhere_too TO traveller');
      await until('the pod to be ready again', 30_000, isReady);
    } finally {
      await administrator.end();
      await there.stop();
    }
  });

  it('closes a connection on which nothing was asked without a word, and answers half a request with 408', async () => {
    const { port, hostname } = new URL(app.url);
    const until = async (text: string) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      await once(socket, 'close');
      return answer.split('\r\n')[0];
    };
    const answers = await Promise.all(['', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow'].map(until));
    expect(answers).to.deep.equal(['', 'HTTP/1.1 408 Request Timeout']);
  });

  it('closes connections that come when as many as it may have are open, and takes others when they have ended', async () => {
    const few = await startWebApp(await mysql().createDatabase(), { MAX_CONNECTIONS: '10' });
    const sockets: Socket[] = [];
    try {
      const { port, hostname } = new URL(few.url);
      const open = async () => {
        const socket = connect(Number(port), hostname);
        sockets.push(socket);
        socket.write('GET /about HTTP/1.1\r\nHost: x\r\n\r\n');
        const answered = once(socket, 'data').then(() => true);
        return Promise.race([answered, once(socket, 'close').then(() => false)]).catch(() => false);
      };
      const answered: boolean[] = [];
      for (let count = 0; count < 12; count++) answered.push(await open());
      expect(answered).to.deep.equal([...Array<boolean>(10).fill(true), false, false]);
      const metrics = await (await fetch(`${few.probeUrl}/metrics`)).text();
      expect(metrics).to.match(/^connections_refused_total 2$/m);
      for (const socket of sockets.splice(0, 5)) socket.destroy();
      await until('room for another', 10_000, open);
    } finally {
      for (const socket of sockets) socket.destroy();
      await few.stop();
    }
  });

  it('tells every fault of its settings at once and ends with 1', async () => {
    const run = promisify(execFile)(process.execPath, ['dist/webapp/main.js'], {
      env: { PATH: process.env.PATH, db_uri: 'postgres://x', PORT: 'http', TRUST_PROXY: 'true' },
      timeout: 20_000,
    });
    const error = (await run.catch((reason: unknown) => reason)) as { code: number; stderr: string };
    expect(error.code).to.equal(1);
    for (const name of ['db_uri', 'secret_key', 'PORT', 'TRUST_PROXY']) expect(error.stderr).to.include(name);
  });
});
