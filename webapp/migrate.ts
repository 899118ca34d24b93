import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, readMigrationConfig } from './config.ts';
import { isUnreachable, passesByItself } from './database/errors.ts';
import { migrate } from './database/run-migrations.ts';
import { createLogger } from './log.ts';

/** Waits for a MySQL that is still starting, or takes no writes yet; any other mistake ends it at once, with exit code 1. */
async function main(): Promise<void> {
  const config = readMigrationConfig(process.env);
  const logger = createLogger('info');
  const deadline = Date.now() + config.waitSeconds * 1000;
  for (;;) {
    try {
      const migrated = await migrate(config.connection, logger);
      if (config.resultFile !== undefined) writeFileSync(config.resultFile, JSON.stringify(migrated));
      logger.info('Schema is current', migrated);
      return;
    } catch (error) {
      if (!(isUnreachable(error) || passesByItself(error)) || Date.now() > deadline) throw error;
      logger.warn('MySQL cannot be used yet', { error });
      await sleep(1000);
    }
  }
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else createLogger('info').error('Migration failed', { error });
  process.exitCode = 1;
});
