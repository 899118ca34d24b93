import { DatabaseAwayError, isUnreachable } from './errors.ts';

export type BreakerState = 'starting' | 'up' | 'away' | 'outdated';

/**
 * Keeps travellers from waiting for a database that is away. While it is open every piece of work is refused at once,
 * and work that was under way when it opened is given up; a probe of its own, not a traveller's request, finds out when
 * the database is back. It starts open.
 */
export interface Breaker {
  run<T>(work: () => Promise<T>): Promise<T>;
  state(): BreakerState;
  start(): void;
  stop(): void;
}

export interface BreakerOptions {
  /** Resolves to whether the database is fit for use; rejects where it cannot be reached. */
  readonly probe: () => Promise<'up' | 'outdated'>;
  readonly intervalMs: number;
  readonly onChange: (state: BreakerState, cause: unknown) => void;
}

export function createBreaker({ probe, intervalMs, onChange }: BreakerOptions): Breaker {
  let state: BreakerState = 'starting';
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const underWay = new Set<() => void>();

  const change = (next: BreakerState, cause?: unknown) => {
    if (next === state) return;
    state = next;
    onChange(next, cause);
    if (next !== 'up') for (const giveUp of [...underWay]) giveUp();
  };
  const look = async () => {
    timer = undefined;
    try {
      change(await probe());
    } catch (error) {
      change('away', error);
    }
    if (state !== 'up') lookLater();
  };
  const lookLater = () => {
    if (stopped || timer) return;
    timer = setTimeout(() => void look(), intervalMs);
    timer.unref();
  };
  const trip = (cause: unknown) => {
    if (state !== 'up') return;
    change('away', cause);
    lookLater();
  };

  return {
    state: () => state,
    run: async (work) => {
      if (state !== 'up') throw new DatabaseAwayError();
      const { promise: givenUp, reject } = Promise.withResolvers<never>();
      const giveUp = () => reject(new DatabaseAwayError());
      underWay.add(giveUp);
      try {
        return await Promise.race([work(), givenUp]);
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        trip(error);
        throw new DatabaseAwayError({ cause: error });
      } finally {
        underWay.delete(giveUp);
      }
    },
    start: () => void look(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
