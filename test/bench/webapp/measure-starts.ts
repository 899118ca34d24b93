import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../report.ts';
import { KeptConnection, raw } from './kept-connection.ts';
import { memoryMib } from './process-usage.ts';
import type { World } from './world.ts';

const STARTS = 5;
const SETTLES_MS = 3000;

/** From spawn to ready, in milliseconds: medians of fresh processes. */
export async function measureStarts(world: World): Promise<{ readonly cpuMs: number; readonly ms: number }> {
  const starts: { readonly cpuMs: number; readonly ms: number }[] = [];
  for (let start = 0; start < STARTS; start++) {
    const app = await world.start();
    starts.push(app.started);
    app.stop();
  }
  return { cpuMs: median(starts.map(({ cpuMs }) => cpuMs)), ms: median(starts.map(({ ms }) => ms)) };
}

/** What a process needs that is ready and has answered once. */
export async function measureIdle(world: World): Promise<{ readonly resident: number; readonly share: number }> {
  const app = await world.start();
  const connection = new KeptConnection(app.port);
  await connection.ask(raw({ path: '/' }));
  await sleep(SETTLES_MS);
  const memory = memoryMib(app.pid);
  connection.close();
  app.stop();
  return memory;
}
