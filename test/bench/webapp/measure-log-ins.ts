import { join } from 'node:path';
import { root } from '../../../scripts/cluster/paths.ts';
import { median, quantile } from '../report.ts';
import { KeptConnection, raw } from './kept-connection.ts';
import type { Load, LoadResult } from './load.ts';
import { ROUNDS } from './rounds.ts';
import type { Tools } from './tools.ts';
import { startWorker } from './worker.ts';
import { logInRequest, visit, type World } from './world.ts';

export interface LogInEffect {
  /** Milliseconds that a page takes, without log-ins and while 16 of them run. */
  readonly alone: Latency;
  readonly during: Latency;
}

export interface Latency {
  readonly p50: number;
  readonly p95: number;
}

const LOG_INS = 16;
const SECONDS = 1;

/** One visitor asks for the landing page again and again; 16 others log in at once, and again as soon as they are in. */
export async function measureLogIns({ app, travellers }: World, tools: Tools): Promise<LogInEffect> {
  const crowd = startWorker<Load, LoadResult>(join(root, 'dist/test/bench/webapp/load-process.js'));
  const connection = new KeptConnection(app.port);
  const visitor = await visit(connection);
  connection.close();
  const logIns = travellers.map(({ username }) => raw(logInRequest(visitor, username)));
  const asked = { port: app.port, connections: 1, requests: [raw({ path: '/' })], seconds: SECONDS };
  const [alone, during]: [Latency[], Latency[]] = [[], []];
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const quiet = await tools.load.run(asked);
      const crowded = crowd.run({ port: app.port, connections: LOG_INS, requests: logIns, seconds: SECONDS + 0.5 });
      const busy = await tools.load.run(asked);
      const { statuses } = await crowded;
      if (Object.keys(statuses).join() !== '303') throw new Error(`log-ins: ${JSON.stringify(statuses)}`);
      if (round === 0) continue;
      alone.push(latencyOf(quiet));
      during.push(latencyOf(busy));
    }
  } finally {
    crowd.stop();
  }
  return { alone: medianOf(alone), during: medianOf(during) };
}

function latencyOf({ latencies }: LoadResult): Latency {
  return { p50: median(latencies), p95: quantile(latencies, 0.95) };
}

function medianOf(rounds: readonly Latency[]): Latency {
  return { p50: median(rounds.map(({ p50 }) => p50)), p95: median(rounds.map(({ p95 }) => p95)) };
}
