import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { fakeMysql } from '../../support/fake-mysql.ts';
import { type Mysql, startMysql } from '../../support/mysql.ts';
import { hiddenFields } from './web-client.ts';
import { aTrip, migratedDatabase, PASSWORD, startApp, type TestApp } from './world.ts';

describe('Every statement', function () {
  this.timeout(120_000);
  let server: Mysql;
  let app: TestApp;

  before(async () => {
    server = await startMysql({
      configuration: { 'performance-schema': 'ON', 'general-log': 'ON', 'log-output': 'TABLE' },
    });
    app = await startApp({
      uri: await migratedDatabase(server),
      env: { LIMIT_LOG_IN: '2/1h', DEMO_TRAVELLER: 'true' },
    });
  });
  after(async () => {
    await app.stop();
    await server.stop();
  });

  /** Everything that travellers can do, and what is refused to them. */
  async function live(): Promise<void> {
    const client = await app.traveller();
    const trip = aTrip();
    const form = { ...hiddenFields((await client.get('/book')).text, '/book'), ...trip };
    for (const answer of [await client.post('/book', form), await client.post('/book', form)]) {
      expect(answer.status).to.equal(303);
    }
    expect((await client.submit('/book', '/book', trip)).status).to.equal(409);
    const page = await client.get('/reservation');
    const [, reference = ''] = /reservation\/([0-9A-Z]{8})\/ticket/.exec(page.text) ?? [];
    const change = `/reservation/${reference}/change`;
    for (const departure_date of ['2033-02-02', '2033-04-04']) {
      const dates = { departure_date, return_date: '2033-04-05' };
      expect((await client.submit(change, change, dates)).status).to.equal(303);
    }
    for (const path of ['ticket', 'trip.ics']) await client.get(`/reservation/${reference}/${path}`);
    for (let place = 0; place < 5; place++) await (await app.traveller()).submit('/book', '/book', trip);
    expect((await client.submit('/book', '/book', { ...trip, return_date: '2033-03-05' })).status).to.equal(409);
    await client.submit('/reservation', '/reservation', {});
    for (let attempt = 0; attempt < 4; attempt++) {
      await app.client().submit('/login', '/login', { username: 'nobody-at-all', password: 'wrong' });
    }
    await client.submit('/account', '/account/sessions', {});
    await client.get('/account/data');
    const next = 'another giraffe on the moon';
    const fields = { current_password: PASSWORD, password: next, confirm_password: next };
    expect((await client.submit('/account', '/account/password', fields)).status).to.equal(303);
    await client.submit('/logout', '/logout', {});
    const { status } = await client.submit('/login', '/login', { username: client.username, password: next });
    expect(status).to.equal(303);
    expect((await client.submit('/account', '/account/delete', { delete_password: next })).status).to.equal(303);
    await app.sweep();
  }

  it('is taken by MySQL without a warning: nothing is deprecated, cut or guessed', async () => {
    await live();
    const administrator = await createConnection({ uri: app.uri });
    const [texts] = await administrator.query<RowDataPacket[]>(
      `SELECT DISTINCT CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log
       WHERE command_type IN ('Prepare', 'Query') AND argument REGEXP '^[[:space:]]*(SELECT|INSERT|UPDATE|DELETE|SET)'`,
    );
    for (const table of ['traveller', 'departure', 'booking', 'session', 'throttle']) {
      const inserts = texts.filter(({ text }) => new RegExp(`INSERT INTO \`?${table}\\b`).test(String(text)));
      expect(inserts, `an INSERT INTO ${table}`).to.not.have.length(0);
    }
    const warned: string[] = [];
    for (const { text } of texts) {
      // a deprecation is told when a statement is prepared, and only there
      await administrator.query('SET @text = ?', [text]);
      await administrator.query('PREPARE again FROM @text');
      const [warnings] = await administrator.query<RowDataPacket[]>('SHOW WARNINGS');
      for (const { Message } of warnings) warned.push(`${text}: ${Message}`);
    }
    expect(warned).to.deep.equal([]);
    const [digests] = await administrator.query<RowDataPacket[]>(
      `SELECT DIGEST_TEXT AS text FROM performance_schema.events_statements_summary_by_digest
       WHERE SCHEMA_NAME = DATABASE() AND SUM_WARNINGS > 0 AND DIGEST_TEXT NOT LIKE 'PREPARE%'`,
    );
    expect(digests.map(({ text }) => String(text))).to.deep.equal([]);
    await administrator.end();
  });
});

describe('A server that is not MySQL, or too old', () => {
  const servers: readonly (readonly [string, string])[] = [
    ['10.11.14-MariaDB-deb12', 'This is MariaDB 10.11.14-MariaDB-deb12: use MySQL 8.0.16 or newer'],
    ['11.8.3-MariaDB', 'This is MariaDB 11.8.3-MariaDB: use MySQL 8.0.16 or newer'],
    ['8.0.15', 'MySQL 8.0.15 is too old: use 8.0.16 or newer'],
    ['5.7.44-log', 'MySQL 5.7.44-log is too old: use 8.0.16 or newer'],
  ];
  for (const [version, sentence] of servers) {
    it(`is refused with a sentence at the start, and nothing is asked of it: ${version}`, async () => {
      const { port, asked, close } = await fakeMysql(version, () => true);
      try {
        const run = promisify(execFile)(process.execPath, ['dist/webapp/migrate.js'], {
          env: { PATH: process.env.PATH, db_uri: `mysql://a:b@127.0.0.1:${port}/c` },
          timeout: 20_000,
        });
        const error = (await run.catch((reason: unknown) => reason)) as { code: number; stdout: string };
        expect(error.code).to.equal(1);
        expect(error.stdout).to.include(sentence);
        expect(asked).to.deep.equal(['SELECT VERSION() AS version']);
      } finally {
        close();
      }
    });
  }
});
