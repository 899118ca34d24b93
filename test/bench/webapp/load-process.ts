// Asks a server for what its parent sends, from a process of its own; one load at a time, by messages both ways.
import process from 'node:process';
import type { Load, LoadResult } from './load.ts';
import { KeptConnection } from './kept-connection.ts';

async function work({ port, connections, requests, seconds }: Load): Promise<LoadResult> {
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  const start = performance.now();
  const end = seconds === undefined ? Infinity : start + seconds * 1000;
  let next = 0;
  const visitor = async () => {
    const connection = new KeptConnection(port);
    while (performance.now() < end && (seconds !== undefined || next < requests.length)) {
      const request = requests[next++ % requests.length] ?? '';
      const asked = performance.now();
      const { status } = await connection.ask(request);
      latencies.push(performance.now() - asked);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, visitor));
  return { count: latencies.length, ms: performance.now() - start, statuses, latencies };
}

process.on('message', (load: Load) => {
  work(load).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
