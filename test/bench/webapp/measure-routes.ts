import { median } from '../report.ts';
import { KeptConnection, type Answer } from './kept-connection.ts';
import { cpuMs } from './process-usage.ts';
import { questionsDuring } from './questions.ts';
import { type Route, ROUTES } from './routes.ts';
import type { Tools } from './tools.ts';
import type { World } from './world.ts';

export interface RouteCost {
  readonly route: Route;
  /** Milliseconds of CPU a request, medians of the rounds. */
  readonly app: number;
  readonly bareServer: number;
  readonly bareQuery: number;
  /** Statements that MySQL was sent, a request. */
  readonly statements: number;
  /** Of each round, and then the median. */
  readonly toServer: number;
  readonly toServerAndQuery: number;
}

const ROUNDS = 11;
const CONNECTIONS = 16;
export const POOL = 5;
const QUERY_SECONDS = 0.5;

/** Round by round, so that a disturbance of the machine meets all of them; the first round only warms up. */
export async function measureRoutes(world: World, tools: Tools): Promise<readonly RouteCost[]> {
  const rounds = ROUTES.map(() => [] as RoundCost[]);
  for (let round = 0; round <= ROUNDS; round++) {
    process.stdout.write(round === 0 ? 'routes: warming up' : `, ${round}`);
    const query = await costOfQuery(world, tools);
    for (const [index, route] of ROUTES.entries()) {
      const costs = { ...(await costOf(route, round, world, tools)), query };
      if (round > 0) rounds[index]?.push(costs);
    }
  }
  process.stdout.write('\n');
  return ROUTES.map((route, index) => {
    const of = (value: (costs: RoundCost) => number) => median((rounds[index] ?? []).map(value));
    return {
      route,
      app: of(({ app }) => app),
      bareServer: of(({ server }) => server),
      bareQuery: of(({ query }) => query),
      statements: of(({ statements }) => statements),
      toServer: of(({ app, server }) => app / server),
      toServerAndQuery: of(({ app, server, query }) => app / (server + query)),
    };
  });
}

interface RoundCost {
  readonly app: number;
  readonly server: number;
  readonly query: number;
  readonly statements: number;
}

async function costOf(route: Route, round: number, world: World, tools: Tools) {
  const { app, sql } = world;
  const requests = await route.requests(world, round);
  const before = cpuMs(app.pid);
  const asked = { port: app.port, connections: CONNECTIONS, requests };
  const { result, sent } = await questionsDuring(sql, () => tools.load.run(asked));
  const spent = cpuMs(app.pid) - before;
  const { statuses } = result;
  if (statuses[route.status] !== requests.length) {
    throw new Error(`${route.name} was answered with ${JSON.stringify(statuses)} for ${requests.length} requests`);
  }
  const answer = await sampleOf(route, app.port, requests[0] ?? '');
  const { port } = await tools.server.run(bareAnswerOf(answer));
  const length = Math.max(requests.length, 1000);
  const repeated = Array.from({ length }, (_, index) => requests[index % requests.length] ?? '');
  const serverBefore = cpuMs(tools.server.pid);
  await tools.load.run({ port, connections: CONNECTIONS, requests: repeated });
  const server = (cpuMs(tools.server.pid) - serverBefore) / length;
  return { app: spent / requests.length, server, statements: sent / requests.length };
}

async function costOfQuery({ uri, travellers }: World, tools: Tools): Promise<number> {
  const sessionHash = travellers[0]?.sessionHash ?? Buffer.alloc(32);
  const before = cpuMs(tools.mysql.pid);
  const { count } = await tools.mysql.run({ uri, connections: POOL, sessionHash, seconds: QUERY_SECONDS });
  return (cpuMs(tools.mysql.pid) - before) / count;
}

/** One more answer of the kind, to be repeated by the bare server. Writes are answered alike, or nearly, when repeated. */
async function sampleOf(route: Route, port: number, request: string): Promise<Answer> {
  const connection = new KeptConnection(port);
  const answer = await connection.ask(request);
  connection.close();
  if (answer.status >= 500) throw new Error(`${route.name} was answered with ${answer.status}`);
  return answer;
}

/** All but what every node:http server adds itself. */
function bareAnswerOf({ status, head, body }: Answer) {
  const headers = head
    .split('\r\n')
    .slice(1)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const)
    .filter(([name]) => !/^(date|connection|keep-alive)$/i.test(name));
  return { status, headers: headers.flat(), body };
}
