import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './http.ts';

export interface LoadOptions {
  readonly url: string;
  /** At most so many requests under way at a time ... */
  readonly connections: number;
  /** ... and started in a second, */
  readonly ratePerSecond: number;
  /** and the load ends by itself after this time. */
  readonly seconds: number;
}

export interface LoadResult {
  readonly seconds: number;
  readonly requests: number;
  readonly ratePerSecond: number;
  /** How often each status came; an answer that never came counts under its error, such as ECONNRESET. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}

/** Asks for a page again and again, each time on a new connection. Ends early when the signal says so. */
export async function load(options: LoadOptions, signal: AbortSignal): Promise<LoadResult> {
  const { url, connections, ratePerSecond, seconds } = options;
  const start = performance.now();
  const end = start + seconds * 1000;
  const answers: Record<string, number> = {};
  let slowestMs = 0;
  let started = 0;

  const visitor = async () => {
    while (!signal.aborted && performance.now() < end) {
      const due = start + (started / ratePerSecond) * 1000;
      started += 1;
      const early = due - performance.now();
      if (early > 1) await sleep(early);
      const asked = performance.now();
      const answer = await ask(url).then(({ status }) => String(status), errorName);
      answers[answer] = (answers[answer] ?? 0) + 1;
      slowestMs = Math.max(slowestMs, performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: connections }, visitor));

  const requests = Object.values(answers).reduce((sum, count) => sum + count, 0);
  const took = (performance.now() - start) / 1000;
  return { seconds: took, requests, ratePerSecond: requests / took, answers, slowestMs };
}

function errorName(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}
