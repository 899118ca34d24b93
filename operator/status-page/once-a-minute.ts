import type { Clock } from '../runtime/clock.ts';

const MINUTE_MS = 60_000;

/** Returns a function that says yes to the same word at most once a minute. The words must be few, because it keeps them. */
export function onceAMinute(clock: Pick<Clock, 'now'>): (word: string) => boolean {
  const last = new Map<string, number>();
  return (word) => {
    const now = clock.now();
    const before = last.get(word);
    if (before !== undefined && now - before < MINUTE_MS) return false;
    last.set(word, now);
    return true;
  };
}
