// A plain node:http server that sends the answer which it was last told; what anything more costs is seen beside it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';

export interface BareAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

let answer = { status: 200, headers: [] as string[], body: '' };

const server = createServer(
  { keepAliveTimeout: 65_000, headersTimeout: 10_000, requestTimeout: 30_000 },
  (request, response) => {
    if (request.method === 'POST') request.resume();
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  },
);
server.maxRequestsPerSocket = 1000;
server.listen(0, '127.0.0.1');

process.on('message', ({ status, headers, body }: BareAnswer) => {
  answer = { status, headers: [...headers], body };
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit(0));
