import { expect } from 'chai';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENT, type RunningWebApp, startWebApp } from '../../support/web-app.ts';
import { hiddenFields, webClient } from './web-client.ts';
import { mysql, newTraveller } from './world.ts';

const INSTANCES = 2;
const ROUNDS = Number(process.env.DRAIN_ROUNDS ?? 2);
/** How long a Service goes on sending new connections to a pod that was told to end. */
const ENDPOINT_DELAY_MS = 400;

interface Visit {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly expected: number;
}

describe('Instances that are told to end while others take over', function () {
  this.timeout(120_000 + ROUNDS * 60_000);
  let uri: string;
  let visits: readonly Visit[];
  /** Those that new connections may go to, as a Service knows them. */
  let endpoints: RunningWebApp[];
  const started: RunningWebApp[] = [];

  const start = async () => {
    const settings = { ...PATIENT, secret_key: 'the same for every instance', DRAIN_GRACE_SECONDS: '6' };
    const app = await startWebApp(uri, settings);
    started.push(app);
    return app;
  };
  const fleet = () => Promise.all(Array.from({ length: INSTANCES }, start));

  before(async () => {
    uri = await mysql().createDatabase();
    endpoints = await fleet();
    const traveller = await newTraveller(webClient(endpoints[0]?.url ?? ''));
    const token = hiddenFields((await traveller.get('/home')).text, '/logout');
    const cookie = [...traveller.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const form = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ ...token, booking: 'NOTATRIP' }).toString();
    visits = [
      { method: 'GET', path: '/about', expected: 200 },
      { method: 'GET', path: '/reservation', headers: { cookie }, expected: 200 },
      { method: 'POST', path: '/reservation', headers: form, body, expected: 303 },
    ];
  });
  after(() => Promise.all(started.map((app) => app.stop())));

  /** Comes again and again, now and then after a pause, until told to end; notes what went wrong, and how often all was well. */
  const visitor = async (kept: boolean, tally: Tally, signal: AbortSignal) => {
    let agent: Agent | undefined;
    let app: RunningWebApp | undefined;
    for (let turn = 0; !signal.aborted; turn++) {
      const visit = visits[turn % visits.length];
      if (!visit) break;
      app = (agent && app) ?? endpoints[Math.floor(Math.random() * endpoints.length)];
      agent ??= new Agent({ keepAlive: true, maxSockets: 1 });
      const { outcome, closes } = await ask(`${app?.url ?? ''}${visit.path}`, visit, agent);
      if (outcome === String(visit.expected)) tally.fine++;
      else tally.faults.push(`${kept ? 'kept' : 'new'} connection, ${visit.method} ${visit.path}: ${outcome}`);
      if (closes || !kept) {
        agent.destroy();
        agent = undefined;
      }
      await sleep(turn % 10 === 0 ? 300 * Math.random() : 30 * Math.random());
    }
    agent?.destroy();
  };

  it('fail nobody: neither clients that keep their connections nor those that make new ones', async () => {
    const tally: Tally = { fine: 0, faults: [] };
    const stopped = new AbortController();
    const visitors = Array.from({ length: 16 }, (_, index) => visitor(index % 2 === 0, tally, stopped.signal));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const next = await fleet();
        const old = endpoints;
        endpoints = [...old, ...next];
        const ends = old.map((app) => app.stop());
        await sleep(ENDPOINT_DELAY_MS);
        endpoints = next;
        await Promise.all(ends);
      }
    } finally {
      stopped.abort();
      await Promise.all(visitors);
    }
    expect(tally.faults).to.deep.equal([]);
    expect(tally.fine).to.be.above(50 * ROUNDS);
  });

  it('that nobody has a connection to at that moment still take those that come before everybody knows', async () => {
    const [app] = endpoints;
    if (!app) throw new Error('there is no instance');
    const ends = app.stop();
    await sleep(ENDPOINT_DELAY_MS);
    const answer = await fetch(`${app.url}/about`);
    expect([answer.status, answer.headers.get('connection')]).to.deep.equal([200, 'close']);
    await ends;
  });
});

interface Tally {
  fine: number;
  readonly faults: string[];
}

function ask(url: string, visit: Visit, agent: Agent): Promise<{ outcome: string; closes: boolean }> {
  const { method, headers = {}, body = '' } = visit;
  return new Promise((resolve) => {
    const asked = request(url, { method, headers, agent, timeout: 10_000 }, (response) => {
      response.resume();
      response.once('end', () =>
        resolve({ outcome: String(response.statusCode), closes: response.headers.connection === 'close' }),
      );
      response.once('error', (error) => resolve({ outcome: `cut short: ${String(error)}`, closes: true }));
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer in 10 s')));
    asked.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ outcome: error.code ?? error.message, closes: true }),
    );
    asked.end(body);
  });
}
