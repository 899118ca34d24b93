import { randomFillSync } from 'node:crypto';

/** Random bytes, as randomBytes() makes them, but many at a time: for few, asking takes longer than making. Each is given out once. */
export function randomPart(length: number): Buffer {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += length;
  return Buffer.from(pool.subarray(used - length, used));
}

const pool = Buffer.alloc(4096);
let used = pool.length;
