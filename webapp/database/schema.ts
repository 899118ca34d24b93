import { migrations } from './migrations/index.ts';

/** The newest schema that this code knows. */
export const SCHEMA_VERSION = migrations.at(-1)?.name ?? '';

/** What this code needs and the database does not have. What it has beyond that is a newer release's, and harmless. */
export function missingMigrations(executed: readonly string[]): readonly string[] {
  return migrations.map(({ name }) => name).filter((name) => !executed.includes(name));
}
