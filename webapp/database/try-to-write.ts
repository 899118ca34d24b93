import type { RowDataPacket } from 'mysql2';
import { codeOf, isMissingTable } from './errors.ts';

/** Asks MySQL something, on one connection. */
export type Ask = (sql: string) => Promise<readonly RowDataPacket[]>;

/**
 * Writes nothing, in the way of the application, and fails as any write would: on a server that is read-only, whose binary log has a
 * format that does not go with READ COMMITTED, whose quota is used up. A lock on the whole server, as of a backup, fails it within a
 * second.
 */
export async function tryToWrite(ask: Ask): Promise<void> {
  await ask("SET SESSION transaction_isolation = 'READ-COMMITTED', SESSION lock_wait_timeout = 1");
  try {
    await ask("DELETE FROM schema_migration WHERE name = ''");
  } catch (error) {
    // a user with few rights may not write to this table
    if (codeOf(error) === 'ER_TABLEACCESS_DENIED_ERROR') return;
    if (!isMissingTable(error)) throw error;
    // before the first migration MySQL refuses for this reason alone
    await checkBinaryLog(ask);
  }
}

async function checkBinaryLog(ask: Ask): Promise<void> {
  const [row] = await ask("SELECT @@log_bin = 1 AND @@binlog_format = 'STATEMENT' AS refuses");
  if (Number(row?.refuses) !== 1) return;
  const code = 'ER_BINLOG_STMT_MODE_AND_ROW_ENGINE';
  throw Object.assign(new Error('binlog_format is STATEMENT, and transactions are READ COMMITTED'), {
    code,
    errno: 1665,
  });
}
