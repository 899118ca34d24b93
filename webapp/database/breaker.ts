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
  /** How many pieces of work run now. */
  underWay(): number;
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
  const judged = (error: unknown): Error => {
    if (isPoolExhausted(error)) return new BusyError('connections to the database', { cause: error });
    if (!isUnreachable(error) && !isLostConnection(error)) return error as Error;
    // one connection that is lost says little of the others: a probe is to tell
    if (isUnreachable(error)) trip(error);
    else suspect();
    return new DatabaseAwayError({ cause: error });
  };

  return {
    state: () => state,
    underWay: () => underWay.size,
    // by hand, as Promise.race and what goes with it would take a tenth of the time of a query
    run: (work) =>
      new Promise((resolve, reject) => {
        if (state !== 'up') {
          reject(new DatabaseAwayError());
          return;
        }
        const giveUp = () => {
          underWay.delete(giveUp);
          reject(new DatabaseAwayError());
        };
        underWay.add(giveUp);
        work().then(
          (result) => {
            underWay.delete(giveUp);
            resolve(result);
          },
          (error: unknown) => {
            // what was given up before says nothing of now
            if (underWay.delete(giveUp)) reject(judged(error));
          },
        );
      }),
    suspect,
    start: () => void look(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
