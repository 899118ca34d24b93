import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import mysql2, { type Connection, type ConnectionOptions } from 'mysql2';
import { Sequelize } from 'sequelize-typescript';
import { withDeadline } from '../../../webapp/database/deadline.ts';
import { codeOf } from '../../../webapp/database/errors.ts';
import { fakeMysql, type FakeMysql } from '../../support/fake-mysql.ts';

const MOVED = 'an upgrade of mysql2 or Sequelize has moved what webapp/database/deadline.ts relies on: see its comment';

describe('The deadline of a statement', () => {
  let server: FakeMysql;
  before(async () => (server = await fakeMysql('8.4.0', (sql) => /version\(/i.test(sql))));
  after(() => server.close());

  const address = () => ({ host: '127.0.0.1', port: server.port, password: 'b', database: 'c' });
  const connected = () => {
    const connection = mysql2.createConnection({ ...address(), user: 'a' });
    connection.on('error', () => undefined);
    return connection;
  };
  /** How the promise ended; a deadline that does not work leaves it open. */
  const endOf = (answer: Promise<unknown>) =>
    Promise.race([
      answer.then(
        () => 'answered',
        (error: unknown) => codeOf(error),
      ),
      sleep(3000, 'still waiting', { ref: false }),
    ]);

  for (const method of ['query', 'execute'] as const) {
    it(`ends the connection on which mysql2 waits for an answer to ${method}()`, async () => {
      let overdue = 0;
      const connection = withDeadline(connected(), 50, () => overdue++);
      expect(await endOf(sent(connection, method)), MOVED).to.equal('ETIMEDOUT');
      expect(overdue).to.equal(1);
      expect(await endOf(sent(connection, method)), MOVED).not.to.equal('still waiting');
    });

    it(`holds for what Sequelize sends by ${method}(), and its pool does not use the connection again`, async () => {
      let made = 0;
      const sequelize = new Sequelize({
        ...address(),
        dialect: 'mysql',
        username: 'a',
        logging: false,
        pool: { max: 1, min: 0 },
        dialectModule: {
          createConnection(settings: ConnectionOptions) {
            made++;
            return withDeadline(mysql2.createConnection(settings), 50);
          },
        },
      });
      const ask = () => (method === 'query' ? sequelize.query(SILENCE) : sequelize.query(SILENCE, { bind: ['a'] }));
      expect(await endOf(ask()), MOVED).to.equal('ETIMEDOUT');
      const before = made;
      expect(await endOf(ask()), MOVED).to.equal('ETIMEDOUT');
      expect(made, MOVED).to.equal(before + 1);
      void sequelize.close();
    });
  }

  it('refuses a connection whose socket it cannot find', () => {
    const connection = connected();
    const strange = Object.create(connection, { stream: { value: {} } }) as Connection;
    expect(() => withDeadline(strange, 50)).to.throw('mysql2 no longer keeps its socket in `stream`');
    connection.destroy();
  });
});

const SILENCE = `SELECT 'nobody answers this', $1`;

function sent(connection: Connection, method: 'query' | 'execute'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection[method](SILENCE, (error, rows) => {
      if (error) reject(error);
      else resolve(rows);
    });
  });
}
