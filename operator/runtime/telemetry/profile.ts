import { createServer, type Server } from 'node:http';
import { Session } from 'node:inspector/promises';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

const LONGEST_S = 60;

/**
 * Serves profiles: `/debug/cpu?seconds=10` (a `.cpuprofile`, one at a time) and `/debug/heap` (figures). They contain names of functions and
 * numbers, never the content of memory, which includes Secrets.
 *
 * Bind it to loopback only. Then only those who may port-forward to the pod have access.
 */
export function profileServer(): Server {
  let isProfiling = false;
  return createServer((request, response) => {
    const [path, query] = (request.url ?? '').split('?');
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    // DNS rebinding: a web page in the browser of somebody with a port-forward could reach loopback under its own host name.
    if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) {
      answer(403, { error: 'send the request to localhost' });
    } else if (path === '/debug/heap') {
      answer(200, { ...process.memoryUsage(), heap: getHeapStatistics(), spaces: getHeapSpaceStatistics() });
    } else if (path !== '/debug/cpu') {
      answer(404, { error: 'not found; available: /debug/cpu?seconds=10 and /debug/heap' });
    } else if (isProfiling) {
      answer(409, { error: 'another profile is in progress' });
    } else {
      isProfiling = true;
      const seconds = Number(new URLSearchParams(query).get('seconds')) || 10;
      cpuProfile(Math.min(Math.max(seconds, 0.01), LONGEST_S))
        .then(
          (profile) => answer(200, profile),
          (error: unknown) => answer(500, { error: String(error) }),
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
