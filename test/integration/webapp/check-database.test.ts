import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { QueryTypes } from 'sequelize';
import { readConfig } from '../../../webapp/config.ts';
import { createDatabase } from '../../../webapp/database/connection.ts';
import { migrate } from '../../../webapp/database/run-migrations.ts';
import { createAuthority } from '../../../scripts/cluster/certificates.ts';
import { freePorts } from '../../../scripts/cluster/ports.ts';
import { until } from '../../../scripts/cluster/run.ts';
import { mysql, quiet } from './world.ts';

describe('The check of a database', () => {
  let uri: URL;
  let folder: string;
  let foreignCa: string;
  let serversCa: string;

  before(async () => {
    uri = new URL(await mysql().createDatabase());
    folder = await mkdtemp(join(tmpdir(), 'check-'));
    [foreignCa, serversCa] = [join(folder, 'foreign.crt'), join(folder, 'ca.crt')];
    await writeFile(foreignCa, createAuthority('nobody').certificate);
    await writeFile(serversCa, await authorityOf(uri));
  });
  after(() => rm(folder, { recursive: true }));

  const parts = (): Record<string, string> => ({
    DB_HOST: uri.hostname,
    DB_PORT: uri.port,
    DB_NAME: uri.pathname.slice(1),
    DB_USER: uri.username,
    DB_PASSWORD: uri.password,
  });

  async function check(env: Record<string, string>): Promise<{ code: number; result: Record<string, string> }> {
    const file = join(folder, 'result');
    const run = promisify(execFile)(process.execPath, ['dist/webapp/check-database.js'], {
      env: { PATH: process.env.PATH, ...parts(), RESULT_FILE: file, ...env },
      timeout: 30_000,
    });
    const { code = 0 } = (await run.catch((error: unknown) => error)) as { code?: number };
    return { code, result: JSON.parse(await readFile(file, 'utf8')) as Record<string, string> };
  }

  it('tells the version of one that can be used, and whether it has the schema', async () => {
    const databaseVersion = mysql().version;
    expect(await check({})).to.deep.equal({ code: 0, result: { databaseVersion, schema: 'outdated' } });
    const { pathname } = new URL(await mysql().createDatabase());
    const migrated = { DB_NAME: pathname.slice(1) };
    await promisify(execFile)(process.execPath, ['dist/webapp/migrate.js'], {
      env: { PATH: process.env.PATH, ...parts(), ...migrated },
    });
    expect(await check(migrated)).to.deep.equal({ code: 0, result: { databaseVersion, schema: 'current' } });
  });

  it('is content with a certificate that is signed by the authority that is trusted', async () => {
    for (const env of [{ DB_TLS: 'required' }, { DB_TLS: 'required', DB_TLS_CA_FILE: serversCa }]) {
      expect((await check(env)).code).to.equal(0);
    }
  });

  const problems: readonly (readonly [
    string,
    () => Record<string, string> | Promise<Record<string, string>>,
    string,
  ])[] = [
    ['no such host', () => ({ DB_HOST: 'db..invalid' }), 'HostNotFound'],
    ['nobody at the port', async () => ({ DB_PORT: String((await freePorts(1))[0]) }), 'Unreachable'],
    ['a wrong password', () => ({ DB_PASSWORD: 'wrong' }), 'AccessDenied'],
    ['no such database', () => ({ DB_NAME: 'nowhere' }), 'DatabaseMissing'],
    ['a foreign authority', () => ({ DB_TLS: 'required', DB_TLS_CA_FILE: foreignCa }), 'TlsFailed'],
    [
      'a certificate for another host',
      () => ({ DB_HOST: 'localhost', DB_TLS: 'verify-identity', DB_TLS_CA_FILE: serversCa }),
      'TlsFailed',
    ],
    ['an authority that is not well known', () => ({ DB_HOST: 'localhost', DB_TLS: 'verify-identity' }), 'TlsFailed'],
  ];
  for (const [title, env, problem] of problems) {
    it(`tells ${problem} of ${title}`, async () => {
      const { code, result } = await check(await env());
      expect([code, result.problem]).to.deep.equal([1, problem]);
    });
  }

  it('is not needed: the application itself encrypts what it asks, and its migration too', async () => {
    const env = { ...parts(), secret_key: 'only for tests 0123456789', DB_TLS: 'required', DB_TLS_CA_FILE: serversCa };
    const { database: config } = readConfig(env);
    await migrate(config.connection, quiet);
    const database = createDatabase({ config, models: [], logger: quiet });
    try {
      await until('the database to be up', 10_000, () => Promise.resolve(database.state() === 'up'));
      const rows = await database.sequelize.query<{ Value: string }>("SHOW SESSION STATUS LIKE 'Ssl_cipher'", {
        type: QueryTypes.SELECT,
      });
      expect(rows[0]?.Value).to.match(/\w/);
    } finally {
      await database.close();
    }
  });
});

/** The certificate, PEM, of who signed the server's. */
async function authorityOf(uri: URL): Promise<string> {
  const connection = await createConnection({ uri: uri.href, ssl: { rejectUnauthorized: false } });
  const { stream } = (connection as unknown as { connection: { stream: TLSSocket } }).connection;
  const { issuerCertificate } = stream.getPeerCertificate(true);
  connection.destroy();
  return new X509Certificate(issuerCertificate.raw).toString();
}
