import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { freePorts } from '../../../scripts/cluster/ports.ts';
import { until } from '../../../scripts/cluster/run.ts';
import { type Mysql, startMysql } from '../../support/mysql.ts';
import { type RunningWebApp, startWebApp } from '../../support/web-app.ts';
import { hiddenFields, type WebClient, webClient } from './web-client.ts';
import { aTrip, newTraveller } from './world.ts';

describe('With MySQL away', function () {
  this.timeout(120_000);
  let server: Mysql;
  let app: RunningWebApp;
  let client: WebClient;

  before(async () => {
    server = await startMysql();
    app = await startWebApp(server.uri);
    client = await newTraveller(webClient(app.url));
  });
  after(async () => {
    await app.stop();
    await server.stop();
  });

  const timed = async (path: string) => {
    const start = performance.now();
    const answer = await client.get(path);
    return { ...answer, milliseconds: performance.now() - start };
  };
  const backAgain = () =>
    until('the application to recover', 20_000, async () => (await client.get('/reservation')).status === 200);

  beforeEach(backAgain);

  const sayingSorry = async () => {
    const first = await timed('/reservation');
    expect(first.status).to.equal(503);
    expect(first.milliseconds).to.be.below(8000);
    for (const path of ['/reservation', '/book']) {
      const next = await timed(path);
      expect(next.status, path).to.equal(503);
      expect(next.headers.get('retry-after')).to.match(/^\d+$/);
      expect(next.text).to.include('lost contact').and.include('<a class="btn btn-primary" href="">Try again</a>');
    }
    await until('a refusal within 100 ms', 20_000, async () => (await timed('/book')).milliseconds < 100);
    for (const path of ['/', '/about', '/login', '/register']) {
      expect((await webClient(app.url).get(path)).status, path).to.equal(200);
      const own = await client.get(path);
      expect(own.status, `${path} of a traveller`).to.equal(200);
      expect(own.text, `${path} of a traveller`).to.not.include('name="login"');
    }
    expect((await fetch(`${app.probeUrl}/readyz`)).status).to.equal(200);
    expect((await fetch(`${app.probeUrl}/livez`)).status).to.equal(200);
  };

  it('stopped: the pages that need no database work, the others say so quickly, and all is well when it is back', async () => {
    await server.kill();
    await sayingSorry();
    const visitor = webClient(app.url);
    const logIn = await visitor.submit('/login', '/login', { username: 'somebody', password: 'something' });
    expect(logIn.status).to.equal(503);
    const token = hiddenFields((await client.get('/about')).text, '/logout');
    expect((await client.post('/logout', token)).status, 'nobody knows whose token it is').to.equal(503);
    expect((await client.get('/logout')).status, 'nobody knows who is logged in').to.equal(503);
    await server.restart();
    await backAgain();
  });

  it('frozen: no request hangs, and all is well when it goes on', async () => {
    const form = { ...hiddenFields((await client.get('/book')).text, '/book'), ...aTrip() };
    await server.freeze();
    try {
      const start = performance.now();
      const answers = await Promise.all([
        client.post('/book', form),
        ...Array.from({ length: 30 }, () => client.get('/reservation')),
      ]);
      expect(answers.map(({ status }) => status)).to.deep.equal(Array<number>(31).fill(503));
      expect(performance.now() - start).to.be.below(8000);
      await sayingSorry();
    } finally {
      await server.thaw();
    }
    await backAgain();
    expect((await client.post('/book', form)).status).to.equal(303);
    const page = await client.get('/reservation');
    expect(page.text.split('name="cancel"').length - 1).to.equal(1);
  });

  it('cutting every connection: the next request finds a new one', async () => {
    const administrator = await createConnection({ uri: server.uri });
    const [list] = await administrator.query('SHOW PROCESSLIST');
    const own = administrator.threadId;
    for (const { Id, db } of list as { Id: number; db: string | null }[]) {
      // one of them may have ended by itself
      if (db !== null && Id !== own) await administrator.query(`KILL ${Id}`).catch(() => undefined);
    }
    await administrator.end();
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => client.get('/reservation')));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200, 200]);
  });

  it('at the start: the pages that need no database are there, and the rest follows by itself', async () => {
    await server.kill();
    const [port = 0, probePort = 0] = await freePorts(2);
    const env = {
      db_uri: server.uri,
      secret_key: 'only for tests 0123456789',
      PORT: `${port}`,
      PROBE_PORT: `${probePort}`,
    };
    const late = spawn(process.execPath, ['dist/webapp/main.js'], { env, stdio: 'ignore' });
    try {
      const status = (url: string) => fetch(url).then((answer) => answer.status, () => 0); // prettier-ignore
      await until('the home page', 20_000, async () => (await status(`http://127.0.0.1:${port}/`)) === 200);
      expect(await status(`http://127.0.0.1:${probePort}/livez`)).to.equal(200);
      expect(await status(`http://127.0.0.1:${probePort}/readyz`)).to.equal(503);
      await server.restart();
      await until('readiness', 20_000, async () => (await status(`http://127.0.0.1:${probePort}/readyz`)) === 200);
    } finally {
      late.kill('SIGKILL');
    }
    await backAgain();
  });
});
