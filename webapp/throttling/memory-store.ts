import type { ThrottleStore } from './throttle-store.ts';

/** Counts in the memory of this process. Beyond `capacity` keys it forgets the oldest windows. */
export function createMemoryStore(capacity = 10_000): ThrottleStore {
  const windows = new Map<string, { readonly until: number; hits: number }>();
  return {
    take(key, { count, seconds }, now) {
      const name = key.toString('base64');
      const window = windows.get(name);
      if (window && window.until > now.getTime()) {
        if (window.hits >= count) return Promise.resolve(new Date(window.until));
        window.hits++;
        return Promise.resolve(undefined);
      }
      windows.delete(name);
      const [oldest] = windows.keys();
      if (windows.size >= capacity && oldest !== undefined) windows.delete(oldest);
      windows.set(name, { until: now.getTime() + seconds * 1000, hits: 1 });
      return Promise.resolve(undefined);
    },
    isFull(key, { count }, now) {
      const window = windows.get(key.toString('base64'));
      return Promise.resolve(window !== undefined && window.hits >= count && window.until > now.getTime());
    },
    giveBack(keys, cleared) {
      for (const key of cleared) windows.delete(key.toString('base64'));
      for (const key of keys) {
        const window = windows.get(key.toString('base64'));
        if (window && window.hits > 0) window.hits--;
      }
      return Promise.resolve();
    },
    sweep(now) {
      for (const [name, { until }] of windows) if (until <= now.getTime()) windows.delete(name);
      return Promise.resolve();
    },
  };
}
