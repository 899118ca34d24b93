import { writeFileSync } from 'node:fs';
import { ConfigError, readCheckConfig } from './config.ts';
import { checkDatabase } from './database/check.ts';
import { createLogger } from './log.ts';

/** Says whether the database can be used, in the log and in RESULT_FILE; exit code 1 where it cannot. */
async function main(): Promise<void> {
  const { connection, resultFile } = readCheckConfig(process.env);
  const result = await checkDatabase(connection);
  if (resultFile !== undefined) writeFileSync(resultFile, JSON.stringify(result));
  const isFit = 'databaseVersion' in result;
  createLogger('info').log(
    isFit ? 'info' : 'error',
    isFit ? 'Database can be used' : 'Database cannot be used',
    result,
  );
  process.exitCode = isFit ? 0 : 1;
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else createLogger('info').error('The check failed', { error });
  process.exitCode = 1;
});
