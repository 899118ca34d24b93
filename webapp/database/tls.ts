import { readFileSync } from 'node:fs';
import type { SslOptions } from 'mysql2';
import type { DatabaseTls } from '../config.ts';

/** The driver's options. Without authorities and `verifyIdentity` it accepts any certificate, which only stops eavesdroppers. */
export function tlsOptions(tls: DatabaseTls | undefined): { ssl?: SslOptions } {
  if (tls === undefined) return {};
  const { verifyIdentity, caFile } = tls;
  return {
    ssl: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: verifyIdentity || caFile !== undefined,
      verifyIdentity,
      ...(caFile === undefined ? {} : { ca: authorities(caFile) }),
    },
  };
}

function authorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`DB_TLS_CA_FILE ${file} cannot be read`, { cause });
  }
}
