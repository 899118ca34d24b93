import { expect } from 'chai';
import mysql2 from 'mysql2';
import { Sequelize } from 'sequelize';
import { PlainTransaction } from '../../../webapp/database/plain-transaction.ts';

/** What `inside()` of plain-transaction.ts says that Sequelize has, looked at on connections that only write down what they are sent. */
describe('A plain transaction, which rests on the inside of Sequelize,', () => {
  let log: string[];
  let fault: Error | undefined;
  let sequelize: Sequelize;

  beforeEach(() => {
    log = [];
    fault = undefined;
    sequelize = new Sequelize({ dialect: 'mysql', dialectModule: mysql2, logging: false });
    const connection = {
      query(statement: string, callback: (error: Error | null) => void) {
        log.push(statement);
        callback(statement === 'START TRANSACTION' ? null : (fault ?? null));
      },
    };
    Object.assign(sequelize.connectionManager, {
      getConnection: () => Promise.resolve(connection),
      releaseConnection: () => log.push('given back'),
      destroyConnection: () => Promise.resolve(log.push('ended')),
    });
  });

  it('takes a connection, begins and ends with one statement each, gives it back, and then runs its hooks', async () => {
    const transaction = await PlainTransaction.begun(sequelize);
    transaction.afterCommit(() => void log.push('hook'));
    await transaction.commit();
    expect(log).to.deep.equal(['START TRANSACTION', 'COMMIT', 'given back', 'hook']);
  });

  it('runs no hooks when it is rolled back', async () => {
    const transaction = await PlainTransaction.begun(sequelize);
    transaction.afterCommit(() => void log.push('hook'));
    await transaction.rollback();
    expect(log).to.deep.equal(['START TRANSACTION', 'ROLLBACK', 'given back']);
  });

  it('ends a connection of which nobody knows whether it was committed', async () => {
    const transaction = await PlainTransaction.begun(sequelize);
    fault = new Error('lost');
    const outcome = await transaction.commit().catch((error: unknown) => error);
    expect(outcome).to.equal(fault);
    expect(log).to.deep.equal(['START TRANSACTION', 'COMMIT', 'ended']);
  });

  it('takes no statement of a model when it has ended, and does not end twice', async () => {
    const transaction = await PlainTransaction.begun(sequelize);
    await transaction.commit();
    expect(transaction.hasEnded()).to.equal(true);
    for (const late of [() => sequelize.query('SELECT 1', { transaction }), () => transaction.rollback()]) {
      const outcome = await late().catch((error: unknown) => error);
      expect(outcome).to.be.an('error');
    }
    expect(log).to.deep.equal(['START TRANSACTION', 'COMMIT', 'given back']);
  });
});
