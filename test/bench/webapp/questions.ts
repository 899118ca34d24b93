import type { Connection, RowDataPacket } from 'mysql2/promise';

/** How many statements MySQL is sent by others while something is done. */
export async function questionsDuring<T>(
  sql: Connection,
  work: () => Promise<T>,
): Promise<{ result: T; sent: number }> {
  const before = await questions(sql);
  const result = await work();
  // the one that asks counts too
  return { result, sent: (await questions(sql)) - before - 1 };
}

async function questions(sql: Connection): Promise<number> {
  const [rows] = await sql.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Questions'");
  return Number(rows[0]?.Value);
}
