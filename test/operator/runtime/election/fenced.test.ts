import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiClient, type ApiClient } from '../../../../operator/runtime/client/api-client.ts';
import { fenced, NotLeaderError } from '../../../../operator/runtime/election/fenced.ts';
import { kubeConfigOf } from '../../../support/list-watch-server.ts';

const THINGS = '/api/v1/things';

describe('the fence around writes', () => {
  let server: Server;
  let answer: RequestListener;
  let asked: IncomingMessage[];
  let client: ApiClient;

  beforeEach(async () => {
    asked = [];
    answer = (_, response) => response.end('{"fine":true}');
    server = createServer((request, response) => {
      asked.push(request);
      request.resume().on('end', () => answer(request, response));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = createApiClient(kubeConfigOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => expect.fail('it was to fail'),
      (error: unknown) => error,
    );

  it('gives up a write that is not answered while we lead', async () => {
    answer = () => undefined;
    const writer = fenced(client, () => 50);
    const error = await failure(writer.request({ method: 'PUT', path: THINGS, body: {} }));
    expect(error).to.be.instanceOf(Error).with.property('message').that.matches(/abort/i);
  });

  it('holds back writes, and only those, while we do not lead', async () => {
    let leadsForMs = 0;
    const writer = fenced(client, () => leadsForMs);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      expect(await failure(writer.request({ method, path: THINGS }))).to.be.instanceOf(NotLeaderError);
    }
    expect(asked).to.deep.equal([]);
    expect(await writer.request({ method: 'GET', path: THINGS })).to.deep.equal({ fine: true });
    leadsForMs = 5_000;
    expect(await writer.request({ method: 'PUT', path: THINGS, body: {} })).to.deep.equal({ fine: true });
  });

  it('sends nothing of a write for which leadership ends while it waits for a connection', async () => {
    let asks = 0;
    const writer = fenced(client, () => (++asks === 1 ? 5_000 : 0));
    const error = await failure(writer.request({ method: 'PUT', path: THINGS, body: {} }));
    expect(error).to.be.instanceOf(NotLeaderError);
    await client.request({ method: 'GET', path: THINGS });
    expect(asked.map(({ method }) => method)).to.deep.equal(['GET']);
  });
});
