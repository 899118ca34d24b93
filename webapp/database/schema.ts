import type { Ask } from './ask.ts';
import { isMissingTable } from './errors.ts';
import { migrations } from './migrations/index.ts';

/** The newest schema that this code knows. */
export const SCHEMA_VERSION = migrations.at(-1)?.name ?? '';

/** The migrations that this code needs and the database lacks. Others are of a newer release, and harmless. */
export function missingMigrations(executed: readonly string[]): readonly string[] {
  return migrations.map(({ name }) => name).filter((name) => !executed.includes(name));
}

export async function hasSchema(ask: Ask): Promise<boolean> {
  try {
    const rows = await ask('SELECT name FROM schema_migration');
    return missingMigrations(rows.map(({ name }) => String(name))).length === 0;
  } catch (error) {
    if (isMissingTable(error)) return false;
    throw error;
  }
}
