import { RefusedError } from './refused-error.ts';

/**
 * Returns a function that runs what it gets, at most `most` at the same time. Up to `mostWaiting` others wait for their turn.
 *
 * @throws RefusedError 503 if more would wait.
 */
export function inTurn(most: number, mostWaiting: number): <Result>(run: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running < most) running += 1;
    else if (waiting.length >= mostWaiting) throw new RefusedError(503, 'Too many people look at this page.');
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      // The next one takes this place over, so the number does not change.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
