import type { Ask } from './ask.ts';
import { codeOf, isMissingTable } from './errors.ts';

/**
 * Runs a write that changes no row, with the application's settings. It fails if every write would fail: the server is read-only, its
 * binlog_format does not allow READ COMMITTED, or a quota is used up. If a backup locks the whole server, it fails within a second.
 */
export async function tryToWrite(ask: Ask): Promise<void> {
  await ask("SET SESSION transaction_isolation = 'READ-COMMITTED', SESSION lock_wait_timeout = 1");
  try {
    await ask("DELETE FROM schema_migration WHERE name = ''");
  } catch (error) {
    // the user may lack the right to write to this table
    if (codeOf(error) === 'ER_TABLEACCESS_DENIED_ERROR') return;
    if (!isMissingTable(error)) throw error;
    // the table does not exist before the first migration
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
