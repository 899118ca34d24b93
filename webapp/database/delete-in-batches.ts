import type { Database, PreparedValue } from './database.ts';

/** Runs a DELETE until it finds nothing more, a few rows at a time, so that nobody waits long for their locks. */
export async function deleteInBatches(
  database: Pick<Database, 'change'>,
  deletion: string,
  values: readonly PreparedValue[],
): Promise<void> {
  let removed: number;
  do {
    removed = await database.change(`${deletion} LIMIT ${BATCH}`, values);
  } while (removed === BATCH);
}

const BATCH = 500;
