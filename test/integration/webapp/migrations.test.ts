import { expect } from 'chai';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { readConfig } from '../../../webapp/config.ts';
import { createDatabase } from '../../../webapp/database/connection.ts';
import { migrate } from '../../../webapp/database/run-migrations.ts';
import { SCHEMA_VERSION } from '../../../webapp/database/schema.ts';
import { until } from '../../../scripts/cluster/run.ts';
import { mysql, quiet } from './world.ts';

describe('Migrations', () => {
  let uri: string;
  beforeEach(async () => (uri = await mysql().createDatabase()));

  const config = () => readConfig({ db_uri: uri, secret_key: 'only for tests 0123456789' }).database;
  const query = async (sql: string): Promise<RowDataPacket[]> => {
    const connection = await createConnection({ uri });
    try {
      return (await connection.query<RowDataPacket[]>(sql))[0];
    } finally {
      await connection.end();
    }
  };

  it('may run several at a time, and again', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate(config().connection, quiet)));
    results.push(await migrate(config().connection, quiet));
    expect(new Set(results.map(({ schemaVersion }) => schemaVersion))).to.deep.equal(new Set([SCHEMA_VERSION]));
    const rows = await query('SELECT name FROM schema_migration ORDER BY name');
    expect(rows.at(-1)?.name).to.equal(SCHEMA_VERSION);
    expect(new Set(rows.map((row) => String(row.name))).size).to.equal(rows.length);
  });

  it('finish what was interrupted', async () => {
    await migrate(config().connection, quiet);
    await query('DELETE FROM schema_migration');
    await query('DROP TABLE session');
    await migrate(config().connection, quiet);
    expect(await query('SELECT * FROM session')).to.deep.equal([]);
  });

  it('give up in time where another holds the lock', async () => {
    const holder = await createConnection({ uri });
    await holder.query("SELECT GET_LOCK(CONCAT('migrate:', DATABASE()), 1)");
    const error: unknown = await migrate(config().connection, quiet, 0).catch((reason: unknown) => reason);
    await holder.end();
    expect(String(error)).to.include('another migration held the lock');
  });

  it('are waited for: the application works as soon as the schema is there', async () => {
    const database = createDatabase({ config: config(), models: [], logger: quiet });
    try {
      await until('the missing schema to be noticed', 20_000, () => Promise.resolve(database.state() === 'outdated'));
      await migrate(config().connection, quiet);
      await until('the database to be up', 20_000, () => Promise.resolve(database.state() === 'up'));
    } finally {
      await database.close();
    }
  });

  it('make a schema in which MySQL itself refuses an overbooked departure', async () => {
    await migrate(config().connection, quiet);
    await query("INSERT INTO departure VALUES ('vega', '2030-01-01', 5, 5)");
    const error: unknown = await query('UPDATE departure SET booked = booked + 1').catch((reason: unknown) => reason);
    expect(String(error)).to.include('departure_not_overbooked');
  });

  it('work for an application whose database user may only read and write rows', async () => {
    await migrate(config().connection, quiet);
    const name = new URL(uri).pathname.slice(1);
    await query(`CREATE USER 'web_${name}'@'%' IDENTIFIED BY 'web'`);
    await query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO 'web_${name}'@'%'`);
    const connection = { ...config().connection, user: `web_${name}`, password: 'web' };
    const database = createDatabase({ config: { ...config(), connection }, models: [], logger: quiet });
    try {
      await until('the database to be up', 20_000, () => Promise.resolve(database.state() === 'up'));
    } finally {
      await database.close();
    }
  });
});
