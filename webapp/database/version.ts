import type { Connection, RowDataPacket } from 'mysql2/promise';

/** A server that this application cannot use. */
export class UnsupportedServerError extends Error {
  override readonly name = 'UnsupportedServerError';
}

/** As the server reports it, e.g. `8.4.7`. Before 8.0.16 MySQL ignores CHECK constraints, which prevent overbooking. */
export async function fitVersion(connection: Connection): Promise<string> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
  const version = String(rows[0]?.version);
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  if (/mariadb/i.test(version)) {
    throw new UnsupportedServerError(`This is MariaDB ${version}: use MySQL 8.0.16 or newer`);
  }
  if (major * 1e6 + minor * 1e3 + patch < 8_000_016) {
    throw new UnsupportedServerError(`MySQL ${version} is too old: use 8.0.16 or newer`);
  }
  return version;
}
