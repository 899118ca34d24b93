import type { RowDataPacket } from 'mysql2';
import { createConnection } from 'mysql2/promise';
import type { DatabaseAddress } from '../config.ts';
import type { Ask } from './ask.ts';
import { connectionOptions } from './connection.ts';
import { codeOf, passesByItself } from './errors.ts';
import { hasSchema } from './schema.ts';
import { tryToWrite } from './try-to-write.ts';
import { fitVersion, UnsupportedServerError } from './version.ts';

/** Why the application cannot use its database, in one word for machines. The operator has a text for people. */
export type Problem =
  | 'AccessDenied'
  | 'DatabaseMissing'
  | 'HostNotFound'
  | 'DnsUnavailable'
  | 'NoConnectionsLeft'
  | 'NotWritable'
  | 'TlsFailed'
  | 'Unknown'
  | 'Unreachable'
  | 'Unsupported';

export type Checked =
  | {
      readonly databaseVersion: string;
      /** `outdated`: a migration that this code needs was not done. The operator then runs the migrations. */
      readonly schema: 'current' | 'outdated';
    }
  | { readonly problem: Problem; readonly code: string };

/** Checks on a separate connection that the application's user can read and write the database. Never rejects. */
export async function checkDatabase(address: DatabaseAddress): Promise<Checked> {
  try {
    const connection = await createConnection({ ...connectionOptions(address), connectTimeout: 10_000 });
    try {
      const ask: Ask = async (sql) => (await connection.query<RowDataPacket[]>(sql))[0];
      const databaseVersion = await fitVersion(connection);
      const schema = (await hasSchema(ask)) ? 'current' : 'outdated';
      try {
        await tryToWrite(ask);
      } catch (error) {
        if (passesByItself(error)) return { problem: 'NotWritable', code: codeOf(error) };
        throw error;
      }
      return { databaseVersion, schema };
    } finally {
      connection.destroy();
    }
  } catch (error) {
    return { problem: problemOf(error), code: codeOf(error) };
  }
}

const PROBLEMS: Readonly<Record<string, Problem>> = {
  ENOTFOUND: 'HostNotFound',
  EAI_AGAIN: 'DnsUnavailable',
  ECONNREFUSED: 'Unreachable',
  ECONNRESET: 'Unreachable',
  EHOSTUNREACH: 'Unreachable',
  ENETUNREACH: 'Unreachable',
  ETIMEDOUT: 'Unreachable',
  PROTOCOL_CONNECTION_LOST: 'Unreachable',
  ER_ACCESS_DENIED_ERROR: 'AccessDenied',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'AccessDenied',
  ER_ACCOUNT_HAS_BEEN_LOCKED: 'AccessDenied',
  ER_DBACCESS_DENIED_ERROR: 'AccessDenied',
  ER_HOST_IS_BLOCKED: 'AccessDenied',
  ER_HOST_NOT_PRIVILEGED: 'AccessDenied',
  ER_MUST_CHANGE_PASSWORD_LOGIN: 'AccessDenied',
  ER_BAD_DB_ERROR: 'DatabaseMissing',
  ER_CON_COUNT_ERROR: 'NoConnectionsLeft',
  ER_TOO_MANY_USER_CONNECTIONS: 'NoConnectionsLeft',
  ER_USER_LIMIT_REACHED: 'NoConnectionsLeft',
  ER_SECURE_TRANSPORT_REQUIRED: 'TlsFailed',
  HANDSHAKE_NO_SSL_SUPPORT: 'TlsFailed',
  HANDSHAKE_SSL_ERROR: 'TlsFailed',
};

function problemOf(error: unknown): Problem {
  if (error instanceof UnsupportedServerError) return 'Unsupported';
  return PROBLEMS[codeOf(error)] ?? 'Unknown';
}
