import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { load } from '../../scripts/demo/load.ts';

describe('a load', () => {
  let server: Server;
  let url: string;
  let connections = 0;

  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/reset') request.socket.resetAndDestroy();
      else response.writeHead(request.url === '/busy' ? 503 : 200).end();
    });
    server.on('connection', () => (connections += 1));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => server.close());

  /** A load that ends by itself after some time. */
  const loadFor = (ms: number, path: string, connections: number, ratePerSecond: () => number) =>
    load({ url: `${url}${path}`, connections, ratePerSecond }, AbortSignal.timeout(ms));

  it('keeps to its rate, with a new connection for every request', async () => {
    connections = 0;
    const began = performance.now();
    const result = await loadFor(500, '', 4, () => 100);
    const due = ((performance.now() - began) / 1000) * 100;
    // those that were waited for as it ended come on top of what was due; a busy machine may be late with any
    expect(result.requests).to.be.within(4, Math.ceil(due) + 4);
    expect(result.answers).to.deep.equal({ 200: result.requests });
    expect(connections).to.equal(result.requests);
  });

  it('takes up another rate, and tells what was reached of each', async () => {
    let asked = 0;
    const stopped = new AbortController();
    const ratePerSecond = () => {
      asked += 1;
      if (asked === 50) stopped.abort();
      return asked <= 5 ? 50 : 1_000_000;
    };
    const { steps } = await load({ url, connections: 2, ratePerSecond }, stopped.signal);
    expect(steps.map(({ wanted }) => wanted)).to.deep.equal([50, 1_000_000]);
    for (const { wanted, reached } of steps)
      expect(reached)
        .to.be.above(0)
        .and.below(2 * wanted);
  });

  it('tells refusals and resets apart from answers', async () => {
    expect(Object.keys((await loadFor(50, '/busy', 1, () => 1_000)).answers)).to.deep.equal(['503']);
    expect(Object.keys((await loadFor(50, '/reset', 1, () => 1_000)).answers)).to.deep.equal(['ECONNRESET']);
  });
});
