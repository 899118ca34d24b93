import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './http.ts';

export interface LoadOptions {
  readonly url: string;
  /** At most so many requests under way at a time ... */
  readonly connections: number;
  /** ... and started in a second. Asked before each request, so the rate may change. */
  readonly ratePerSecond: () => number;
}

export interface LoadResult {
  readonly requests: number;
  /** How often each status came; an answer that never came counts under its error, such as ECONNRESET. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** The rates in their order, each with the rate that was reached. */
  readonly steps: readonly { readonly wanted: number; readonly reached: number }[];
}

/** Asks for a page again and again, each time on a new connection, until the signal ends it. */
export async function load(options: LoadOptions, signal: AbortSignal): Promise<LoadResult> {
  const { url, connections, ratePerSecond } = options;
  const answers: Record<string, number> = {};
  let slowestMs = 0;
  let due = performance.now();
  let step = { wanted: ratePerSecond(), began: due, requests: 0 };
  const steps = [step];

  const visitor = async () => {
    while (!signal.aborted) {
      const wanted = ratePerSecond();
      const now = performance.now();
      if (wanted !== step.wanted) steps.push((step = { wanted, began: now, requests: 0 }));
      // What is late is not made up for: a rate that cannot be reached leaves nothing to do afterwards.
      due = Math.max(due, now);
      const early = due - now;
      due += 1000 / wanted;
      if (early > 1) await sleep(early);
      const asked = performance.now();
      const answer = await ask(url).then(({ status }) => String(status), errorName);
      answers[answer] = (answers[answer] ?? 0) + 1;
      step.requests += 1;
      slowestMs = Math.max(slowestMs, performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: connections }, visitor));

  const end = performance.now();
  return {
    requests: steps.reduce((sum, { requests }) => sum + requests, 0),
    answers,
    slowestMs,
    steps: steps.map(({ wanted, began, requests }, place) => {
      const seconds = ((steps[place + 1]?.began ?? end) - began) / 1000;
      return { wanted, reached: requests / seconds };
    }),
  };
}

function errorName(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}
