import { BusyError, DatabaseAwayError, isLostConnection, isOverdue, isPoolExhausted, isUnreachable } from './errors.ts';

export type BreakerState = 'starting' | 'up' | 'away' | 'outdated';

/**
 * Keeps travellers from waiting for a database that is away. While it is open every piece of work is refused at once,
 * and work that was under way when it opened is given up; a probe of its own, not a traveller's request, finds out when
 * the database is back. It starts open. One statement that is not answered in time does not open it when a probe sent
 * meanwhile was answered.
 */
export interface Breaker {
  run<T>(work: () => Promise<T>): Promise<T>;
  state(): BreakerState;
  /** Called when an answer is overdue, some time before it is given up. */
  suspect(): void;
  start(): void;
  stop(): void;
}

export interface BreakerOptions {
  /** Resolves to whether the database is fit for use; rejects where it cannot be reached. */
  readonly probe: () => Promise<'up' | 'outdated'>;
  readonly intervalMs: number;
  /** For how long the answer to a probe excuses other answers that are overdue. */
  readonly trustMs: number;
  readonly onChange: (state: BreakerState, cause: unknown) => void;
}

export function createBreaker({ probe, intervalMs, trustMs, onChange }: BreakerOptions): Breaker {
  let state: BreakerState = 'starting';
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking = false;
  let answeredAt = Number.NEGATIVE_INFINITY;
  const underWay = new Set<() => void>();

  const change = (next: BreakerState, cause?: unknown) => {
    if (next === state) return;
    state = next;
    onChange(next, cause);
    if (next !== 'up') for (const giveUp of [...underWay]) giveUp();
  };
  const look = async () => {
    timer = undefined;
    looking = true;
    try {
      const fit = await probe();
      answeredAt = performance.now();
      change(fit);
    } catch (error) {
      change('away', error);
    }
    looking = false;
    if (state !== 'up') lookLater();
  };
  const lookLater = () => {
    if (stopped || timer || looking) return;
    timer = setTimeout(() => void look(), intervalMs);
    timer.unref();
  };
  const trip = (cause: unknown) => {
    const excused = isOverdue(cause) && performance.now() - answeredAt < trustMs;
    if (state !== 'up' || excused) return;
    change('away', cause);
    lookLater();
  };

  const suspect = () => {
    if (state === 'up' && !looking) void look();
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
        if (isPoolExhausted(error)) throw new BusyError('connections to the database', { cause: error });
        if (!isUnreachable(error) && !isLostConnection(error)) throw error;
        // one connection that is lost says little of the others: a probe is to tell
        if (isUnreachable(error)) trip(error);
        else suspect();
        throw new DatabaseAwayError({ cause: error });
      } finally {
        underWay.delete(giveUp);
      }
    },
    suspect,
    start: () => void look(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
