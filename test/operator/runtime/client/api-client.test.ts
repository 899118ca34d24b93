import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiClient, SilenceError, type ApiClient } from '../../../../operator/runtime/client/api-client.ts';
import {
  ApiError,
  isConflict,
  isGone,
  isNotFound,
  isTerminatingNamespace,
} from '../../../../operator/runtime/client/api-error.ts';
import { kubeConfigOf } from '../../../support/list-watch-server.ts';
import { until } from '../../../support/until.ts';

describe('the API client', () => {
  let server: Server;
  let answer: RequestListener;
  let asked: { request: IncomingMessage; body: string }[];
  let client: ApiClient;
  const counted: [string, string][] = [];

  beforeEach(async () => {
    asked = [];
    counted.length = 0;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push({ request, body });
        answer(request, response);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cluster/`;
    client = createApiClient(kubeConfigOf(url, 'sesame'), {
      metrics: { request: (code, method) => counted.push([code, method]) },
      userAgent: 'operator (pod-1)',
    });
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const answering = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    answer = (_, response) =>
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const get = (path = '/api/v1/things'): Promise<unknown> => client.request({ method: 'GET', path });
  const failure = async (work: Promise<unknown>): Promise<Error> =>
    work.then(
      () => {
        throw new Error('it was to fail');
      },
      (error: unknown) => error as Error,
    );

  it('sends what it was given under the path of the server, as who it is', async () => {
    answering(200, { items: [] });
    const body = { unknownToTheModel: { 'a/b': 1 } };
    await client.request({
      method: 'PATCH',
      path: '/api/v1/things/A_thing',
      query: { fieldManager: 'me', force: true, absent: undefined },
      contentType: 'application/apply-patch+yaml',
      body,
    });
    const [{ request, body: sent } = { request: undefined, body: '' }] = asked;
    expect(request?.url).to.equal('/cluster/api/v1/things/A_thing?fieldManager=me&force=true');
    expect(request?.headers).to.include({
      'content-type': 'application/apply-patch+yaml',
      accept: 'application/json',
      authorization: 'Bearer sesame',
    });
    expect(JSON.parse(sent)).to.deep.equal(body);
    expect(counted).to.deep.equal([['200', 'PATCH']]);
  });

  it('tells what the server says of a refusal', async () => {
    answering(409, { kind: 'Status', reason: 'AlreadyExists', message: 'things "a" already exists' });
    const error = await failure(get());
    expect(error).to.be.instanceOf(ApiError);
    expect(error).to.include({ status: 409, reason: 'AlreadyExists', message: 'things "a" already exists' });
    expect(counted).to.deep.equal([['409', 'GET']]);
  });

  it('tells of refusals that are no Status objects', async () => {
    answering(502, '<html>Bad gateway</html>');
    const message = 'GET /api/v1/things: HTTP 502: <html>Bad gateway</html>';
    expect(await failure(get())).to.include({ status: 502, reason: '', message });
    answering(500, '{}');
    expect((await failure(get())).message).to.equal('GET /api/v1/things: HTTP 500');
    answering(500, 'null');
    expect((await failure(get())).message).to.equal('GET /api/v1/things: HTTP 500');
  });

  for (const [header, expected] of [
    ['2', 2_000],
    ['0', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['99999999', 60_000],
  ] as const) {
    it(`understands Retry-After: ${header} as ${expected ?? 'nothing'}`, async () => {
      answering(429, 'slow down', { 'retry-after': header });
      expect(((await failure(get())) as ApiError).retryAfterMs).to.equal(expected);
    });
  }

  it('recognises the errors that have a meaning', () => {
    expect(isNotFound(new ApiError(404, '', ''))).to.equal(true);
    expect(isConflict(new ApiError(409, '', ''))).to.equal(true);
    expect(isGone(new ApiError(410, '', ''))).to.equal(true);
    expect(isNotFound(new Error('404'))).to.equal(false);
    expect(isConflict(new ApiError(422, '', ''))).to.equal(false);
    const terminating = 'things "a" is forbidden: ... because it is being terminated';
    expect(isTerminatingNamespace(new ApiError(403, 'Forbidden', terminating))).to.equal(true);
    expect(isTerminatingNamespace(new ApiError(403, 'Forbidden', 'no right'))).to.equal(false);
  });

  it('gives up a server that says nothing', async () => {
    answer = () => undefined;
    const error = await failure(client.request({ method: 'GET', path: '/api/v1/things', timeoutMs: 30 }));
    expect(error).to.be.instanceOf(SilenceError);
    expect(error.message).to.equal('GET /cluster/api/v1/things: no data from the API server in time');
    expect(counted).to.deep.equal([['<error>', 'GET']]);
  });

  it('says that nothing was heard where a watch falls silent, not that somebody aborted it', async () => {
    answer = (_request, response) => void response.writeHead(200).write('{}\n');
    const watching = client.stream({ method: 'GET', path: '/api/v1/things', timeoutMs: 30 });
    await watching.next();
    const error = await failure(watching.next());
    expect(error).to.be.instanceOf(SilenceError);
    expect(error.message).to.equal('no data from the API server in time');
  });

  it('tells of a connection that cannot be made', async () => {
    const nobody = createApiClient(kubeConfigOf('http://127.0.0.1:1'));
    const error = await failure(nobody.request({ method: 'GET', path: '/api' }));
    expect(error.message).to.match(/^GET \/api: .*ECONNREFUSED/);
    expect(error.cause).to.be.instanceOf(Error);
  });

  it('does not quote an answer that it cannot read', async () => {
    answering(200, 'x{"db_uri":"mysql://secret"}');
    expect((await failure(get())).message).to.equal("The API server's answer to GET /api/v1/things is not JSON");
  });

  it('does not take half an answer for a whole one', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"items":[]}');
      setTimeout(() => request.socket.destroy(), 5);
    };
    await failure(get());
  });

  it('fails a stream that breaks off, and ends one that ends', async () => {
    const lines = async (): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const line of client.stream({ method: 'GET', path: '/api/v1/things' })) all.push(line);
      return all;
    };
    answer = (_, response) => {
      response.write('{"a":1}\n\n{"a"');
      response.end(':2}\n');
    };
    expect(await lines()).to.deep.equal([{ a: 1 }, { a: 2 }]);
    answer = (request, response) => {
      response.write('{"a":1}\n');
      setTimeout(() => request.socket.destroy(), 5);
    };
    await failure(lines());
  });

  it('lets go of a stream that nobody reads on', async () => {
    let closed = false;
    answer = (_, response) => {
      response.on('close', () => (closed = true));
      response.write('{"a":1}\n');
    };
    const lines = client.stream({ method: 'GET', path: '/api/v1/things' });
    expect(await lines.next()).to.deep.equal({ done: false, value: { a: 1 } });
    await lines.return();
    await until('the connection is closed', () => closed);
  });

  it('drops every connection when told to, and answers what comes next on a new one', async () => {
    answer = () => undefined;
    const hanging = failure(get());
    await until('it is asked', () => asked.length === 1);
    client.reconnect();
    await hanging;
    answering(200, { fine: true });
    expect(await get()).to.deep.equal({ fine: true });
  });

  it('tells the server who asks', async () => {
    answering(200, {});
    await get();
    expect(asked[0]?.request.headers['user-agent']).to.equal('operator (pod-1)');
  });

  it('uses a connection again', async () => {
    answering(200, {});
    await get();
    await get();
    expect(asked[1]?.request.socket).to.equal(asked[0]?.request.socket);
  });

  it('waits longer within a stream than for its beginning', async () => {
    answer = (_, response) => {
      response.write('{"first":true}\n');
      setTimeout(() => response.end('{"last":true}\n'), 60);
    };
    const lines: unknown[] = [];
    for await (const line of client.stream({ method: 'GET', path: '/api', timeoutMs: 2_000 })) lines.push(line);
    expect(lines).to.have.length(2);
    answer = (_, response) => response.write('{"first":true}\n');
    const deaf = async (): Promise<void> => {
      for await (const line of client.stream({ method: 'GET', path: '/api', timeoutMs: 30 })) lines.push(line);
    };
    expect(await deaf().catch((error: unknown) => error)).to.be.instanceOf(Error);
    expect(lines).to.have.length(3);
  });
});
