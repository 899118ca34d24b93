import type { Connection } from 'mysql2';
import { type Sequelize, Transaction } from 'sequelize';

/** One of Sequelize's, for its models, but begun and ended without what it does round these statements, which takes longer than they do. */
export class PlainTransaction extends Transaction {
  static async begun(sequelize: Sequelize): Promise<PlainTransaction> {
    const transaction = new PlainTransaction(sequelize, {});
    await inside(transaction).prepareEnvironment(false);
    return transaction;
  }

  /** Called by prepareEnvironment(), with a connection. */
  begin(): Promise<void> {
    return send(connectionOf(this), 'START TRANSACTION');
  }

  override commit(): Promise<void> {
    return this.#end('commit');
  }

  override rollback(): Promise<void> {
    return this.#end('rollback');
  }

  hasEnded(): boolean {
    return inside(this).finished !== undefined;
  }

  async #end(how: 'commit' | 'rollback'): Promise<void> {
    if (this.hasEnded()) throw new Error('The transaction has ended');
    inside(this).finished = how;
    try {
      await send(connectionOf(this), how.toUpperCase());
    } catch (error) {
      // nobody knows what state it is in
      await inside(this).forceCleanup();
      throw error;
    }
    inside(this).cleanup();
    if (how === 'commit') for (const hook of inside(this)._afterCommitHooks) await hook(this);
  }
}

export function connectionOf(transaction: Transaction): Connection {
  return inside(transaction).connection;
}

/** What Sequelize's types do not tell. */
interface Inside {
  readonly connection: Connection;
  finished?: 'commit' | 'rollback';
  readonly _afterCommitHooks: readonly ((transaction: Transaction) => unknown)[];
  prepareEnvironment(useCls: boolean): Promise<void>;
  cleanup(): void;
  forceCleanup(): Promise<void>;
}

function inside(transaction: Transaction): Inside {
  return transaction as unknown as Inside;
}

function send(connection: Connection, statement: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.query(statement, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
