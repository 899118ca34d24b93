import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { until } from '../../../scripts/cluster/run.ts';
import { type Mysql, startMysql } from '../../support/mysql.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { type Answer, hiddenFields, type WebClient } from './web-client.ts';
import { aTrip, migratedDatabase, PASSWORD, startApp, type TestApp } from './world.ts';

/** MySQL answers, but refuses what is asked of it, for a reason that lies with the server or with the plan that is paid for. */
describe('MySQL that refuses', function () {
  this.timeout(120_000);
  let server: Mysql;
  let administrator: Connection;
  let uri: string;
  let app: TestApp;
  let traveller: WebClient & { readonly username: string };

  before(async () => {
    server = await startMysql({ configuration: { 'disable-log-bin': '0', 'log-bin': 'binlog' } });
    const made = new URL(await migratedDatabase(server));
    administrator = await createConnection(made.href);
    await administrator.query("CREATE USER app@'%' IDENTIFIED BY 'secret'");
    await administrator.query(`GRANT ALL ON \`${made.pathname.slice(1)}\`.* TO app@'%'`);
    Object.assign(made, { username: 'app', password: 'secret' });
    uri = made.href;
    // one connection: of several, the next statement could get one that was made before the server's setting changed, or after
    app = await startApp({ uri, env: { LIMIT_REGISTRATION: 'off', DB_POOL_SIZE: '1' } });
    traveller = await app.traveller();
  });
  after(async () => {
    await app.stop();
    await administrator.end();
    await server.stop();
  });

  const connections = async (): Promise<number[]> => {
    const [rows] = await administrator.query<RowDataPacket[]>(
      "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'app'",
    );
    return rows.map(({ id }) => Number(id));
  };
  const endConnections = async () => {
    for (const id of await connections()) await administrator.query('KILL ?', [id]).catch(() => undefined);
  };
  const haveEnded = (ids: readonly number[]) =>
    until('the connections of before to end', 10_000, async () => {
      const now = await connections();
      return ids.every((id) => !now.includes(id));
    });
  const reaches = (state: string) =>
    until(`the database to be ${state}`, 20_000, () => Promise.resolve(app.database.state() === state));
  const book = (year: number) =>
    traveller.submit('/book', '/book', aTrip({ departure_date: `${year}-03-03`, return_date: `${year}-03-30` }));
  /** One form for each trip; resolves to the last answer. */
  const cancelAll = async (): Promise<Answer> => {
    let answer = await traveller.get('/reservation');
    const form = hiddenFields(answer.text, '/reservation');
    for (const [, booking = ''] of answer.text.matchAll(/reservation\/([0-9A-Z]{8})\/ticket/g)) {
      answer = await traveller.post('/reservation', { ...form, booking });
    }
    return answer;
  };
  const expectLater = (answer: Answer) => {
    expect(answer.status).to.equal(503);
    expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
  };
  const check = async (): Promise<{ readonly problem?: string; readonly code?: string }> => {
    const folder = await mkdtemp(join(tmpdir(), 'check-'));
    const RESULT_FILE = join(folder, 'result.json');
    try {
      const env = { PATH: process.env.PATH, db_uri: uri, RESULT_FILE };
      await promisify(execFile)(process.execPath, ['dist/webapp/check-database.js'], { env }).catch(() => undefined);
      return JSON.parse(await readFile(RESULT_FILE, 'utf8')) as { readonly problem?: string; readonly code?: string };
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('all writes of a server that is read-only: each is a 503, reading works, and no old connection is kept', async () => {
    await administrator.query('SET GLOBAL super_read_only = ON');
    try {
      const before = await connections();
      expect(before).not.to.deep.equal([]);
      expectLater(await book(2040));
      await reaches('unwritable');
      const { username } = traveller;
      expectLater(await app.client().submit('/login', '/login', { username, password: PASSWORD }));
      const fields = { username: 'somebody new', name: 'New', email_address: 'new@example.com' };
      const chosen = { password: PASSWORD, confirm_password: PASSWORD };
      expectLater(await app.client().submit('/register', '/register', { ...fields, ...chosen }));
      expect((await traveller.get('/reservation')).status).to.equal(200);
      await haveEnded(before);
      expect(await check()).to.deep.equal({ problem: 'NotWritable', code: 'ER_OPTION_PREVENTS_STATEMENT' });
    } finally {
      await administrator.query('SET GLOBAL super_read_only = OFF');
      await administrator.query('SET GLOBAL read_only = OFF');
    }
    await reaches('up');
    expect((await book(2040)).status).to.equal(303);
    expect(await check()).to.have.keys('databaseVersion', 'schema');
  });

  it('writes on connections that a failover kept open: the next ones are made anew', async () => {
    // what a connection takes over when it is made it keeps, as one that leads to the old writer
    await administrator.query('SET GLOBAL transaction_read_only = ON');
    await endConnections();
    expect((await traveller.get('/reservation')).status).to.equal(200);
    await administrator.query('SET GLOBAL transaction_read_only = OFF');
    const before = await connections();
    expectLater(await book(2041));
    await until('a booking', 10_000, async () => (await book(2041)).status === 303);
    await haveEnded(before);
  });

  it('all writes where binlog_format is STATEMENT: the check and the state say so', async () => {
    await administrator.query("SET GLOBAL binlog_format = 'STATEMENT'");
    try {
      await endConnections();
      expectLater(await book(2042));
      await reaches('unwritable');
      const found = { problem: 'NotWritable', code: 'ER_BINLOG_STMT_MODE_AND_ROW_ENGINE' };
      expect(await check()).to.deep.equal(found);
      await administrator.query('CREATE DATABASE IF NOT EXISTS nothing_yet');
      await administrator.query("GRANT ALL ON nothing_yet.* TO app@'%'");
      uri = Object.assign(new URL(uri), { pathname: '/nothing_yet' }).href;
      expect(await check()).to.deep.equal(found);
    } finally {
      uri = app.uri;
      await administrator.query("SET GLOBAL binlog_format = 'ROW'");
    }
    await reaches('up');
    expect((await book(2042)).status).to.equal(303);
  });

  // MySQL counts what is sent as text, and not what is prepared: Sequelize prepares what it inserts and updates
  for (const [quota, ask] of [
    ['MAX_UPDATES_PER_HOUR', () => cancelAll()],
    ['MAX_QUERIES_PER_HOUR', () => traveller.get('/reservation')],
  ] as const) {
    it(`what is over a quota of the hour, ${quota}`, async () => {
      expect((await book(2043)).status).to.equal(303);
      await administrator.query(`ALTER USER app@'%' WITH ${quota} 1`);
      try {
        await endConnections();
        expectLater(await ask());
        await reaches('unwritable');
        const { problem, code } = await check();
        expect([problem, code]).to.deep.equal([problem, 'ER_USER_LIMIT_REACHED']);
        expect(problem).to.be.oneOf(['NotWritable', 'NoConnectionsLeft']);
      } finally {
        await administrator.query(`ALTER USER app@'%' WITH ${quota} 0`);
        await administrator.query('FLUSH USER_RESOURCES');
        await endConnections();
      }
      await reaches('up');
      expect((await cancelAll()).status).to.equal(303);
    });
  }

  it('what is to be prepared, as very much is already', async () => {
    await administrator.query('SET GLOBAL max_prepared_stmt_count = 0');
    try {
      await endConnections();
      expectLater(await book(2044));
    } finally {
      await administrator.query('SET GLOBAL max_prepared_stmt_count = 16382');
    }
    await until('a booking', 10_000, async () => (await book(2044)).status === 303);
  });

  it('before the first traveller comes: a pod is not ready while it cannot write', async () => {
    await administrator.query('SET GLOBAL super_read_only = ON');
    let seen = 0;
    const log = recordingLogger();
    const starting = startApp({ uri, logger: log.logger, onDatabaseUp: () => seen++ });
    try {
      await until('the probe', 10_000, () => Promise.resolve(log.text().includes('"state":"unwritable"')));
      expect(seen).to.equal(0);
    } finally {
      await administrator.query('SET GLOBAL super_read_only = OFF');
      await administrator.query('SET GLOBAL read_only = OFF');
    }
    await (await starting).stop();
    expect(seen).to.equal(1);
  });

  for (const charset of ['utf8mb3', 'latin1']) {
    it(`nothing of a name where init_connect sets the character set ${charset}`, async () => {
      await administrator.query('SET GLOBAL init_connect = ?', [`SET NAMES ${charset}`]);
      try {
        await endConnections();
        const name = 'Zoë Ångström 🚀';
        const client = await app.traveller(name);
        expect((await client.get('/account')).text).to.include(name);
      } finally {
        await administrator.query("SET GLOBAL init_connect = ''");
        await endConnections();
      }
    });
  }
});
