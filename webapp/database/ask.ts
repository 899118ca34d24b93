import type { RowDataPacket } from 'mysql2';

/** Asks MySQL something, on one connection. */
export type Ask = (sql: string) => Promise<readonly RowDataPacket[]>;
