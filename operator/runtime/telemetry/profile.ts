import { createServer, type Server } from 'node:http';
import { Session } from 'node:inspector/promises';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

const LONGEST_S = 60;

/**
 * Profiles on demand: `/debug/cpu?seconds=10` (a `.cpuprofile`, one at a time) and `/debug/heap` (figures). Names of functions and
 * numbers, never the content of memory, which holds Secrets. To be bound to loopback alone: whoever may open a port-forward to the pod may ask.
 */
export function profileServer(): Server {
  let isProfiling = false;
  return createServer((request, response) => {
    const [path, query] = (request.url ?? '').split('?');
    const tell = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    // A web page that somebody looks at beside a port-forward reaches loopback under a name of its own.
    if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) {
      tell(403, { error: 'to be asked as localhost' });
    } else if (path === '/debug/heap') {
      tell(200, { ...process.memoryUsage(), heap: getHeapStatistics(), spaces: getHeapSpaceStatistics() });
    } else if (path !== '/debug/cpu') {
      tell(404, { error: '/debug/cpu?seconds=10 and /debug/heap are here' });
    } else if (isProfiling) {
      tell(409, { error: 'a profile is being taken' });
    } else {
      isProfiling = true;
      const seconds = Number(new URLSearchParams(query).get('seconds')) || 10;
      cpuProfile(Math.min(Math.max(seconds, 0.01), LONGEST_S))
        .then(
          (profile) => tell(200, profile),
          (error: unknown) => tell(500, { error: String(error) }),
        )
        .finally(() => (isProfiling = false));
    }
  });
}

async function cpuProfile(seconds: number): Promise<object> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await sleep(seconds * 1_000);
    const { profile } = await session.post('Profiler.stop');
    return profile;
  } finally {
    session.disconnect();
  }
}
