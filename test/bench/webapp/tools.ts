import { join } from 'node:path';
import { root } from '../../cluster/paths.ts';
import type { BareAnswer } from './bare-server.ts';
import type { MysqlResult, MysqlTask } from './bare-mysql.ts';
import type { Load, LoadResult } from './load.ts';
import { shipped } from './shipped.ts';
import { startWorker, type Worker } from './worker.ts';

/** The processes beside the web app: what asks it, and what it is compared with. */
export interface Tools {
  readonly load: Worker<Load, LoadResult>;
  readonly server: Worker<BareAnswer, { readonly port: number }>;
  readonly mysql: Worker<MysqlTask, MysqlResult>;
  stop(): void;
}

export function startTools(): Tools {
  const file = (name: string) => join(root, `dist/test/bench/webapp/${name}.js`);
  const asShipped = (shipped().env.NODE_OPTIONS ?? '').split(' ').filter((flag) => flag.startsWith('--max-'));
  const load = startWorker<Load, LoadResult>(file('load-process'));
  const server = startWorker<BareAnswer, { readonly port: number }>(file('bare-server'), asShipped);
  const mysql = startWorker<MysqlTask, MysqlResult>(file('bare-mysql'), asShipped);
  return {
    load,
    server,
    mysql,
    stop() {
      for (const worker of [load, server, mysql]) worker.stop();
    },
  };
}
