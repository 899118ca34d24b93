import type { VacationApp } from '../../api/vacation-app.ts';
import type { DatabaseKind } from './database-kind.ts';
import { externalDatabase } from './external/external-database.ts';
import { managedDatabase } from './managed/managed-database.ts';

/** The first of them that an app has is its kind. Nothing that a kind imports may import this file. */
export const DATABASE_KINDS: readonly DatabaseKind[] = [externalDatabase, managedDatabase];

export function databaseKindOf(app: VacationApp): DatabaseKind {
  const kind = DATABASE_KINDS.find(({ isOf }) => isOf(app));
  if (kind === undefined)
    throw new TypeError(`VacationApp ${app.metadata.name} has a database of no kind that is known`);
  return kind;
}
