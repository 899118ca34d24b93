import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadOptions {
  readonly url: string;
  /** The most requests under way at the same time. */
  readonly connections: number;
  /** The most requests started per second. Read before each request, so the rate may change. */
  readonly ratePerSecond: () => number;
}

export interface LoadResult {
  readonly requests: number;
  /** Answers by status. A request without an answer counts under its error, such as ECONNRESET. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** The rates in order, each with the rate that was reached. */
  readonly steps: readonly { readonly wanted: number; readonly reached: number }[];
}

/** Requests a page again and again, each time on a new connection, so that a Service chooses a pod for each. The signal ends it. */
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
      // Do not make up for late requests: a rate that cannot be reached must leave no backlog.
      due = Math.max(due, now);
      const early = due - now;
      due += 1000 / wanted;
      if (early > 1) await sleep(early);
      const asked = performance.now();
      const answer = await statusOf(url).then(String, errorName);
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

const TIMEOUT_MS = 10_000;

/** The status of one answer, read to its end. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const asked = get(url, { agent: false, headers: { connection: 'close' }, signal }, (response) => {
      response
        .once('end', () => resolve(response.statusCode ?? 0))
        .once('error', reject)
        .resume();
    });
    asked.once('error', reject);
  });
}

function errorName(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}
