import type { RowDataPacket } from 'mysql2';

/** Sends a statement on one connection. */
export type Ask = (sql: string) => Promise<readonly RowDataPacket[]>;
