import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { load } from './load.ts';

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

  const never = new AbortController().signal;

  it('keeps to its rate and its time, with a new connection for every request', async () => {
    connections = 0;
    const result = await load({ url, connections: 4, ratePerSecond: 100, seconds: 0.5 }, never);
    // 50 are due in that time, and those that were waited for as it ended; a busy machine may be late with any of them
    expect(result.requests).to.be.within(4, 54);
    expect(result.seconds).to.be.at.least(0.5);
    expect(result.answers).to.deep.equal({ 200: result.requests });
    expect(connections).to.equal(result.requests);
  });

  it('tells refusals and resets apart from answers', async () => {
    const options = { connections: 1, ratePerSecond: 1_000, seconds: 0.05 };
    expect(Object.keys((await load({ url: `${url}/busy`, ...options }, never)).answers)).to.deep.equal(['503']);
    expect(Object.keys((await load({ url: `${url}/reset`, ...options }, never)).answers)).to.deep.equal(['ECONNRESET']);
  });

  it('ends when it is told to', async () => {
    const stopped = new AbortController();
    setTimeout(() => stopped.abort(), 50);
    const { seconds } = await load({ url, connections: 2, ratePerSecond: 50, seconds: 60 }, stopped.signal);
    expect(seconds).to.be.lessThan(30);
  });
});
