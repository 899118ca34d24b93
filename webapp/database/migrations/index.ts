import type { Connection } from 'mysql2/promise';
import { firstSchema } from './0001-first-schema.ts';
import { throttleTable } from './0002-throttle.ts';
import { mailTable } from './0003-mail.ts';
import { waitingListTable } from './0004-waiting-list.ts';
import { passwordResetTable } from './0005-password-reset.ts';
import { travellerIdentity } from './0006-traveller-identity.ts';
import { emailChangeTable } from './0007-email-change.ts';

/**
 * One step of the schema. MySQL commits every DDL statement by itself, so each must do nothing where it was done before;
 * and the release before this one still runs while it is applied, so it only adds.
 */
export interface Migration {
  readonly name: string;
  up(connection: Connection): Promise<void>;
}

/** In order of application; their names are what `schema_migration` keeps. */
export const migrations: readonly Migration[] = [
  firstSchema,
  throttleTable,
  mailTable,
  waitingListTable,
  passwordResetTable,
  travellerIdentity,
  emailChangeTable,
];
