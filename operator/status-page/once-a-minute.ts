import type { Clock } from '../runtime/clock.ts';

const MINUTE_MS = 60_000;

/** Returns a function that says yes to the same text at most once a minute. The texts must be few, because it keeps them. */
export function onceAMinute(clock: Pick<Clock, 'now'>): (text: string) => boolean {
  const last = new Map<string, number>();
  return (text) => {
    const now = clock.now();
    const before = last.get(text);
    if (before !== undefined && now - before < MINUTE_MS) return false;
    last.set(text, now);
    return true;
  };
}
