import { hash as argon2Hash, verify as argon2Verify, type Options } from '@node-rs/argon2';
import { verify as bcryptVerify } from '@node-rs/bcrypt';
import { BusyError } from '../database/errors.ts';

export interface Passwords {
  hash(password: string): Promise<string>;
  /** `outdated`: right, but kept in a form that should be replaced now. Takes as long where there is no hash (an unknown traveller). */
  verify(password: string, hash: string | undefined): Promise<'right' | 'outdated' | 'wrong'>;
}

/**
 * argon2id with 7 MiB, 5 passes, 1 lane: one of the settings of equal strength in OWASP's Password Storage Cheat Sheet, the
 * one that fits a small pod. Not more than `concurrency` at once, so that memory and the other requests stay bounded.
 */
export function createPasswords({ concurrency, queue }: { concurrency: number; queue: number }): Passwords {
  const limited = limit(concurrency, queue);
  const hash = (password: string) => argon2Hash(password, ARGON2ID);
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => limited(() => hash(password)),
    verify: (password, stored) =>
      limited(async () => {
        if (stored !== undefined && BCRYPT.test(stored)) return verifyBcrypt(password, stored);
        const nobody = await (decoy ??= hash('nobody has this password'));
        const right = await argon2Verify(stored ?? nobody, password).catch(() => false);
        if (stored === undefined || !right) return 'wrong';
        return stored.startsWith('$argon2id$v=19$m=7168,t=5,p=1$') ? 'right' : 'outdated';
      }),
  };
}

const ARGON2ID: Options = { memoryCost: 7168, timeCost: 5, parallelism: 1 };
const BCRYPT = /^\$2[aby]\$\d\d\$/;

/**
 * Of the old application. bcrypt looks at 72 bytes only, and nothing longer could be registered there. A longer password takes as long
 * as any other, or the time would tell that the account has such a hash.
 */
async function verifyBcrypt(password: string, stored: string): Promise<'outdated' | 'wrong'> {
  const right = await bcryptVerify(password, stored);
  return right && Buffer.byteLength(password) <= 72 ? 'outdated' : 'wrong';
}

function limit(concurrency: number, queue: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= queue) throw new BusyError('passwords to check');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
