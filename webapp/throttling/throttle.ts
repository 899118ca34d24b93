import type { Clock } from '../clock.ts';
import { passesByItself } from '../database/errors.ts';
import type { Signer } from '../signer.ts';
import type { Limit } from './rules.ts';
import type { ThrottleStore } from './throttle-store.ts';

/** One counter of an attempt. */
export interface Counter {
  /** What is counted, and for whom. The table stores only a keyed hash of it. */
  readonly key: readonly string[];
  readonly limit: Limit | 'off';
  /** Counts attempts in a row: a success sets the counter back. */
  readonly inARow?: boolean;
}

/** The attempt was refused, because there were too many before. */
export class TooMany {
  readonly seconds: number;
  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

export interface Throttle {
  /**
   * Runs `work` if no counter is full. It counts the attempt before, so that attempts sent at the same time do not slip through. It
   * takes the count back if `work` throws, or if `counts` says that the result does not count. A refused attempt is not counted.
   */
  run<T>(counters: readonly Counter[], work: () => Promise<T>, counts: (result: T) => boolean): Promise<T | TooMany>;
  /** Whether `run` would refuse an attempt because of this counter. Counts nothing. */
  isFull(counter: Counter): Promise<boolean>;
  /** Sets the counters back. */
  forget(counters: readonly Counter[]): Promise<void>;
  sweep(): Promise<void>;
}

export interface ThrottleOptions {
  readonly shared: ThrottleStore;
  /** Used while the shared store is away. */
  readonly insurance: ThrottleStore;
  readonly signer: Signer;
  readonly clock: Clock;
}

interface Taken {
  readonly key: Buffer;
  readonly inARow: boolean;
}

export function createThrottle({ shared, insurance, signer, clock }: ThrottleOptions): Throttle {
  /** Counts in all of them, or in none. */
  const takeFrom = async (store: ThrottleStore, counters: readonly Counter[]): Promise<readonly Taken[] | Date> => {
    const taken: Taken[] = [];
    for (const { key, limit, inARow = false } of counters) {
      if (limit === 'off') continue;
      const hash = signer.sign(JSON.stringify(key));
      const fullUntil = await store.take(hash, limit, clock.now());
      if (fullUntil) {
        await store.giveBack(keysOf(taken), []);
        return fullUntil;
      }
      taken.push({ key: hash, inARow });
    }
    return taken;
  };
  /** Asks the shared store, or the insurance while that is away. */
  const asking = async <T>(ask: (store: ThrottleStore) => Promise<T>): Promise<T> => {
    try {
      return await ask(shared);
    } catch (error) {
      if (!passesByItself(error)) throw error;
      return ask(insurance);
    }
  };
  /** A count that cannot be taken back now ends with its window. */
  const giveBack = async (store: ThrottleStore, keys: readonly Buffer[], cleared: readonly Buffer[]) => {
    try {
      await store.giveBack(keys, cleared);
    } catch (error) {
      if (!passesByItself(error)) throw error;
    }
  };
  return {
    async run(counters, work, counts) {
      const { store, taken } = await asking(async (one) => ({ store: one, taken: await takeFrom(one, counters) }));
      if (taken instanceof Date) {
        return new TooMany(Math.max(1, Math.ceil((taken.getTime() - clock.now().getTime()) / 1000)));
      }
      let result;
      try {
        result = await work();
      } catch (error) {
        await giveBack(store, keysOf(taken), []);
        throw error;
      }
      if (!counts(result)) {
        const single = taken.filter(({ inARow }) => !inARow);
        const inARow = taken.filter((one) => one.inARow);
        await giveBack(store, keysOf(single), keysOf(inARow));
      }
      return result;
    },
    async isFull({ key, limit }) {
      if (limit === 'off') return false;
      const hash = signer.sign(JSON.stringify(key));
      return asking((store) => store.isFull(hash, limit, clock.now()));
    },
    async forget(counters) {
      const keys = counters.map(({ key }) => signer.sign(JSON.stringify(key)));
      for (const store of [insurance, shared]) await giveBack(store, [], keys);
    },
    async sweep() {
      await insurance.sweep(clock.now());
      await shared.sweep(clock.now());
    },
  };
}

function keysOf(taken: readonly Taken[]): readonly Buffer[] {
  return taken.map(({ key }) => key);
}
