import { join } from 'node:path';
import { root } from '../../../scripts/cluster/paths.ts';
import type { BookingResult, BookingTask } from './booking-loop.ts';
import type { Load, LoadResult } from './load.ts';
import type { MinimalResult, MinimalTask } from './minimal-app.ts';
import { shipped } from './shipped.ts';
import { startWorker, type Worker } from './worker.ts';

/** The processes beside the web app: what sends it requests, and what it is compared with. */
export interface Tools {
  readonly load: Worker<Load, LoadResult>;
  readonly minimal: Worker<MinimalTask, MinimalResult>;
  readonly bookingLoop: Worker<BookingTask, BookingResult>;
  stop(): void;
}

export function startTools(): Tools {
  const file = (name: string) => join(root, `dist/test/bench/webapp/${name}.js`);
  const load = startWorker<Load, LoadResult>(file('load-process'));
  const minimal = startWorker<MinimalTask, MinimalResult>(file('minimal-app'), shipped());
  const bookingLoop = startWorker<BookingTask, BookingResult>(file('booking-loop'), shipped());
  return {
    load,
    minimal,
    bookingLoop,
    stop() {
      for (const worker of [load, minimal, bookingLoop]) worker.stop();
    },
  };
}
