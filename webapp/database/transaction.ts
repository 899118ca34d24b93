import { setTimeout as sleep } from 'node:timers/promises';
import type { Sequelize, Transaction } from 'sequelize';
import type { Breaker } from './breaker.ts';
import { BusyError, DatabaseAwayError, isLockConflict, isLostConnection } from './errors.ts';

export type TransactionWork<T> = (transaction: Transaction, rollBack: (outcome: T) => never) => Promise<T>;

/** See Database.transaction. */
export function runTransaction<T>(sequelize: Sequelize, breaker: Breaker, work: TransactionWork<T>): Promise<T> {
  const rollBack = (outcome: T): never => {
    throw new RolledBack(outcome);
  };
  return breaker.run(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await sequelize.transaction((transaction) => work(transaction, rollBack));
      } catch (error) {
        if (error instanceof RolledBack) return error.outcome as T;
        if (!isLockConflict(error) && !isLostConnection(error)) throw error;
        if (!breaker.isClosed()) throw new DatabaseAwayError({ cause: error });
        if (attempt === ATTEMPTS) throw new BusyError('transactions that wait for one another', { cause: error });
        await sleep(Math.random() * 10 * 2 ** attempt);
      }
    }
  });
}

const ATTEMPTS = 5;

class RolledBack extends Error {
  readonly outcome: unknown;
  constructor(outcome: unknown) {
    super('Rolled back');
    this.outcome = outcome;
  }
}
