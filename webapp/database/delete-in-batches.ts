import type { WhereOptions } from 'sequelize';
import type { Model, Repository } from 'sequelize-typescript';
import type { Database } from './connection.ts';

/** Deletes all matching rows, a few at a time, so that others do not wait long for the locks. */
export async function deleteInBatches(
  database: Database,
  repository: Repository<Model>,
  where: WhereOptions,
): Promise<void> {
  let removed: number;
  do {
    removed = await database.idempotentWrite(() => repository.destroy({ where, limit: BATCH }));
  } while (removed === BATCH);
}

const BATCH = 500;
