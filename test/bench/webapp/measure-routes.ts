import { median } from '../report.ts';
import { cookiesOf, KeptConnection, raw } from './kept-connection.ts';
import { cpuMs } from './process-usage.ts';
import { questionsDuring } from './questions.ts';
import { ROUNDS } from './rounds.ts';
import { pageRequests, type Route, ROUTES } from './routes.ts';
import type { Tools } from './tools.ts';
import type { Cookies, World } from './world.ts';

export interface RouteCost {
  readonly route: Route;
  /** Milliseconds of CPU a request, medians of the rounds. */
  readonly app: number;
  /** Statements that MySQL was sent, a request. */
  readonly statements: number;
  /** The same page of the minimal Express application. The ratio is that of each round, and then the median. */
  readonly minimal: { readonly cpu: number; readonly ratio: number } | undefined;
}

interface RoundCost {
  readonly app: number;
  readonly statements: number;
  readonly minimal: number | undefined;
}

interface Minimal {
  readonly pid: number;
  readonly port: number;
  /** Of each traveller. */
  readonly cookies: readonly Cookies[];
}

const CONNECTIONS = 16;
/** Pages differ by the references and dates that they show, not by more. */
const SAME_LENGTH_WITHIN = 0.02;

/** Round by round, so that a disturbance of the machine meets all of them; the first round only warms up. */
export async function measureRoutes(world: World, tools: Tools): Promise<readonly RouteCost[]> {
  const minimal = await startMinimal(world, tools);
  const rounds = ROUTES.map(() => [] as RoundCost[]);
  for (let round = 0; round <= ROUNDS; round++) {
    process.stdout.write(round === 0 ? 'routes: warming up' : `, ${round}`);
    for (const [index, route] of ROUTES.entries()) {
      const cost = await costOf(route, round, { world, tools, minimal });
      if (round > 0) rounds[index]?.push(cost);
    }
  }
  process.stdout.write('\n');
  return ROUTES.map((route, index) => routeCost(route, rounds[index] ?? []));
}

function routeCost(route: Route, rounds: readonly RoundCost[]): RouteCost {
  const compared = rounds.flatMap(({ app, minimal }) => (minimal === undefined ? [] : [{ app, minimal }]));
  return {
    route,
    app: median(rounds.map(({ app }) => app)),
    statements: median(rounds.map(({ statements }) => statements)),
    minimal:
      compared.length === 0
        ? undefined
        : {
            cpu: median(compared.map(({ minimal }) => minimal)),
            ratio: median(compared.map(({ app, minimal }) => app / minimal)),
          },
  };
}

interface Compared {
  readonly world: World;
  readonly tools: Tools;
  readonly minimal: Minimal;
}

async function costOf(route: Route, round: number, { world, tools, minimal }: Compared): Promise<RoundCost> {
  const requests = await route.requests(world, round);
  if (round === 0 && route.page) await samePage(route, requests[0] ?? '', minimal, world);
  const { result: app, sent } = await questionsDuring(world.sql, () => cpuOf(route, requests, world.app, tools));
  const compared = route.page && pageRequests(route.page, minimal.cookies);
  return {
    app,
    statements: sent / requests.length,
    minimal: compared && (await cpuOf(route, compared, minimal, tools)),
  };
}

/** Milliseconds of CPU that the server spends on a request. */
async function cpuOf(
  route: Route,
  requests: readonly string[],
  server: { readonly pid: number; readonly port: number },
  { load }: Tools,
): Promise<number> {
  const before = cpuMs(server.pid);
  const { statuses } = await load.run({ port: server.port, connections: CONNECTIONS, requests });
  const spent = cpuMs(server.pid) - before;
  if (statuses[route.status] !== requests.length) {
    throw new Error(`${route.name} was answered with ${JSON.stringify(statuses)} for ${requests.length} requests`);
  }
  return spent / requests.length;
}

async function startMinimal({ uri, travellers }: World, tools: Tools): Promise<Minimal> {
  const { port } = await tools.minimal.run({ uri });
  const connection = new KeptConnection(port);
  const cookies: Cookies[] = [];
  for (const { id, username } of travellers) {
    cookies.push(cookiesOf(await connection.ask(raw({ path: `/log-in/${id}/${username}` }))));
  }
  connection.close();
  return { pid: tools.minimal.pid, port, cookies };
}

/** The comparison is worth nothing where the minimal application shows another page. */
async function samePage({ name, page }: Route, request: string, minimal: Minimal, { app }: World): Promise<void> {
  const [other = ''] = page ? pageRequests(page, minimal.cookies) : [];
  const [theirs, ours] = [await bodyOf(minimal.port, other), await bodyOf(app.port, request)];
  if (Math.abs(theirs.length / ours.length - 1) > SAME_LENGTH_WITHIN) {
    throw new Error(`${name} has ${ours.length} characters, and ${theirs.length} in the minimal app: see pages.ts`);
  }
}

async function bodyOf(port: number, request: string): Promise<string> {
  const connection = new KeptConnection(port);
  const { body } = await connection.ask(request);
  connection.close();
  return body;
}
