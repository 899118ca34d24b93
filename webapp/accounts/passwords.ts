import { hash as argon2Hash, verify as argon2Verify, type Options } from '@node-rs/argon2';
import { verify as bcryptVerify } from '@node-rs/bcrypt';
import { BusyError } from '../database/errors.ts';

export interface Passwords {
  hash(password: string): Promise<string>;
  /** `outdated`: the password is right, but its hash should be replaced. Takes as long without a hash (an unknown traveller). */
  verify(password: string, hash: string | undefined): Promise<'right' | 'outdated' | 'wrong'>;
}

/**
 * argon2id with 7 MiB, 5 passes and 1 lane: of the settings of equal strength in OWASP's Password Storage Cheat Sheet, the one that
 * fits a small pod. At most `concurrency` passwords are hashed at once. This bounds memory and leaves time for other requests.
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
 * Checks a hash of the old application. bcrypt reads only 72 bytes, and the old application accepted no more. A longer password is
 * always wrong, but takes as long: otherwise the time would tell that the account has such a hash.
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
