import {
  BusyError,
  DatabaseAwayError,
  isLockConflict,
  isLostConnection,
  isMissingTable,
  isNotHere,
  isNotNow,
  isOverdue,
  isPoolExhausted,
  isUnreachable,
} from './errors.ts';

/** `unwritable`: the database answers, but refuses writes. */
export type BreakerState = 'starting' | 'up' | 'unwritable' | 'away' | 'outdated';

/**
 * Keeps travellers from waiting for a database that is away. It starts open. While it is open it refuses all work at once. When it
 * opens, it gives up the work that is under way. A probe, never a traveller's request, finds out when the database is back. A statement
 * without an answer does not open it if a probe was answered meanwhile. It lets work through to an unwritable database, which can
 * still read.
 */
export interface Breaker {
  run<T>(work: () => Promise<T>): Promise<T>;
  state(): BreakerState;
  isClosed(): boolean;
  /** The number of pieces of work that run now. */
  underWay(): number;
  /** The caller reports that an answer is overdue, some time before its deadline. */
  suspect(): void;
  start(): void;
  stop(): void;
}

export interface BreakerOptions {
  /** Rejects if the database cannot be reached or refuses a write. `outdated`: it lacks the schema. */
  readonly probe: () => Promise<'up' | 'outdated'>;
  readonly intervalMs: number;
  /** The interval while the database is up. These probes only check that it still takes writes. */
  readonly restMs: number;
  /** After an answer to a probe, overdue answers do not open the breaker for this long. */
  readonly trustMs: number;
  readonly onChange: (state: BreakerState, cause: unknown) => void;
  /** MySQL refused a statement because of the state of the server. */
  readonly onRefusal: (error: unknown) => void;
}

export function createBreaker(options: BreakerOptions): Breaker {
  const { probe, intervalMs, restMs, trustMs, onChange, onRefusal } = options;
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
    if (!isClosed()) for (const giveUp of [...underWay]) giveUp();
  };
  const isClosed = () => state === 'up' || state === 'unwritable';
  const look = async (isRoutine = false) => {
    if (looking) return;
    looking = true;
    try {
      const fit = await probe();
      answeredAt = performance.now();
      change(fit);
    } catch (error) {
      const answers = isNotHere(error) || isNotNow(error) || isLockConflict(error);
      if (answers && !isUnreachable(error)) change('unwritable', error);
      else if (!isRoutine) change('away', error);
    }
    looking = false;
    lookLater();
  };
  const lookLater = () => {
    if (stopped || looking) return;
    clearTimeout(timer);
    const isRoutine = state === 'up';
    timer = setTimeout(() => void look(isRoutine), isRoutine ? restMs : intervalMs);
    timer.unref();
  };
  const open = (cause: unknown) => {
    const excused = isOverdue(cause) && performance.now() - answeredAt < trustMs;
    if (!isClosed() || excused) return;
    change('away', cause);
    lookLater();
  };

  const suspect = () => {
    if (state === 'up' && !looking) void look();
  };
  const judged = (error: unknown): Error => {
    if (isPoolExhausted(error)) return new BusyError('connections to the database', { cause: error });
    if (isLockConflict(error)) return new BusyError('statements that wait for one another', { cause: error });
    if (isNotHere(error) || (isNotNow(error) && !isUnreachable(error))) {
      onRefusal(error);
      suspect();
      return new DatabaseAwayError({ cause: error });
    }
    if (!isUnreachable(error) && !isLostConnection(error) && !isMissingTable(error)) return error as Error;
    // one lost connection or missing table does not prove that the database is away: a probe finds out
    if (isUnreachable(error)) open(error);
    else suspect();
    return new DatabaseAwayError({ cause: error });
  };

  return {
    state: () => state,
    isClosed,
    underWay: () => underWay.size,
    run: (work) =>
      new Promise((resolve, reject) => {
        if (!isClosed()) {
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
            // ignore the error of work that was already given up
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
