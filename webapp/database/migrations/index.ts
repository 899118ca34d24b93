import type { Connection } from 'mysql2/promise';
import { firstSchema } from './0001-first-schema.ts';
import { throttleTable } from './0002-throttle.ts';
import { mailTable } from './0003-mail.ts';
import { waitingListTable } from './0004-waiting-list.ts';
import { passwordResetTable } from './0005-password-reset.ts';
import { travellerIdentity } from './0006-traveller-identity.ts';
import { emailChangeTable } from './0007-email-change.ts';

/**
 * One step of the schema. MySQL commits each DDL statement at once, so a statement must do nothing when it runs again. The previous
 * release still runs meanwhile, so a step only adds.
 */
export interface Migration {
  readonly name: string;
  up(connection: Connection): Promise<void>;
}

/** In the order in which they run. `schema_migration` keeps the names. */
export const migrations: readonly Migration[] = [
  firstSchema,
  throttleTable,
  mailTable,
  waitingListTable,
  passwordResetTable,
  travellerIdentity,
  emailChangeTable,
];
