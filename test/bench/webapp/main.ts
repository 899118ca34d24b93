// What the web app costs, beside a minimal Express application and a bare loop of statements: test/bench/README.md says how to read it.
import { existsSync } from 'node:fs';
import { publish, circumstances } from '../report.ts';
import { measureBookings } from './measure-bookings.ts';
import { measureLogIns } from './measure-log-ins.ts';
import { measureRoutes } from './measure-routes.ts';
import { measureIdle, measureStarts } from './measure-starts.ts';
import { startTools } from './tools.ts';
import { memoryMib } from './process-usage.ts';
import { reportOf } from './results.ts';
import { isShortened } from './rounds.ts';
import { createWorld } from './world.ts';

if (!existsSync('/proc/self/schedstat')) throw new Error('This measures by /proc, which only Linux has.');

const world = await createWorld();
const tools = startTools();
try {
  const starts = await measureStarts(world);
  const idle = await measureIdle(world);
  const routes = await measureRoutes(world, tools);
  const bookings = await measureBookings(world, tools);
  const logIns = await measureLogIns(world, tools);
  const loaded = memoryMib(world.app.pid);
  const report = reportOf({ starts, idle, loaded, routes, bookings, logIns });
  const notes = [...circumstances(), `MySQL ${world.mysql.version} on the same machine`];
  publish('webapp', 'Cost of the booking application', { ...report, notes }, { keep: !isShortened });
} finally {
  tools.stop();
  await world.stop();
}
