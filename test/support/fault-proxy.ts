import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';

export interface Asked {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An API server with faults on demand: those of the network below, those of the server above. */
export interface FaultProxy {
  readonly url: string;
  /** What came through to where answers are given. */
  readonly asked: readonly Asked[];
  /** When connections were made, also where none is accepted. */
  readonly connections: readonly number[];
  /** The answer to give instead of the API server's; undefined leaves it to that. */
  answer: ((request: Asked) => Answer | undefined) | undefined;
  /** The lines of a watch, as they come, made into others; with those that came before on the same watch. */
  lines: ((lines: readonly string[], before: readonly string[]) => readonly string[]) | undefined;
  /** How the bodies of lists come. */
  lists: 'whole' | 'slow' | 'truncated';
  /** What happens to new connections. */
  network: 'fine' | 'refuses' | 'swallows';
  /** Nobody hears anything more on the connections of now: what is sent is not read, or read and thrown away. New ones are fine. */
  freeze(how: 'unread' | 'swallowed'): void;
  /** The connections of now end with a reset. */
  reset(): void;
  stop(): Promise<void>;
}

export async function startFaultProxy(kubeconfig: string): Promise<FaultProxy> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const tls: https.RequestOptions = {};
  await config.applyToHTTPSOptions(tls);
  const upstream = new URL(config.getCurrentCluster()?.server ?? '');
  const { ca, cert, key } = tls;
  // Who brings a token is who the token says; else the administrator.
  const agents = {
    token: new https.Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) }),
    admin: new https.Agent({
      keepAlive: true,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }),
  };
  const asked: Asked[] = [];
  const connections: number[] = [];
  const open = new Map<Socket, Socket>();

  const server = http.createServer((request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://proxy');
    const isWatch = searchParams.get('watch') === 'true';
    const what = { at: performance.now(), method: request.method ?? '', path, isWatch };
    asked.push(what);
    const answer = self.answer?.(what);
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    else pass(request, response, what);
  });

  function pass(request: IncomingMessage, response: ServerResponse, what: Asked): void {
    const { host: _, connection: __, ...headers } = request.headers;
    const agent = headers.authorization === undefined ? agents.admin : agents.token;
    const outgoing = https.request(
      new URL(request.url ?? '/', upstream),
      { method: request.method ?? 'GET', headers, agent },
      (incoming) => {
        response.writeHead(incoming.statusCode ?? 500, incoming.headers);
        response.flushHeaders();
        const isList = what.method === 'GET' && !what.isWatch && /\/[a-z]+s$/.test(what.path);
        if (what.isWatch) passLines(incoming, response);
        else if (isList && self.lists !== 'whole') void passBadly(incoming, response, self.lists);
        else incoming.pipe(response);
        incoming.on('aborted', () => response.destroy());
      },
    );
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    request.pipe(outgoing);
  }

  function passLines(incoming: IncomingMessage, response: ServerResponse): void {
    let rest = '';
    let before: readonly string[] = [];
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of self.lines?.(lines, before) ?? lines) response.write(`${line}\n`);
      before = lines;
    });
    incoming.on('end', () => response.end());
  }

  const gate = net.createServer((client) => {
    connections.push(performance.now());
    client.on('error', () => undefined);
    if (self.network === 'refuses') {
      client.resetAndDestroy();
      return;
    }
    const inner = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    inner.on('error', () => client.destroy());
    open.set(client, inner);
    client.on('close', () => {
      open.delete(client);
      inner.destroy();
    });
    inner.on('close', () => client.destroy());
    client.pipe(inner);
    inner.pipe(client);
    if (self.network === 'swallows') cut(client, inner, 'swallowed');
  });

  function cut(client: Socket, inner: Socket, how: 'unread' | 'swallowed'): void {
    client.unpipe(inner);
    inner.unpipe(client);
    inner.removeAllListeners('close');
    inner.pause();
    if (how === 'unread') client.pause();
    else client.resume();
  }

  const self: FaultProxy = {
    url: '',
    asked,
    connections,
    answer: undefined,
    lines: undefined,
    lists: 'whole',
    network: 'fine',
    freeze(how) {
      for (const [client, inner] of open) cut(client, inner, how);
    },
    reset() {
      for (const client of open.keys()) client.resetAndDestroy();
    },
    async stop() {
      for (const client of open.keys()) client.destroy();
      server.closeAllConnections();
      for (const agent of Object.values(agents)) agent.destroy();
      const ended = [once(gate, 'close'), once(server, 'close')];
      gate.close();
      server.close();
      await Promise.all(ended);
    },
  };
  server.listen(0, '127.0.0.1');
  gate.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(gate, 'listening')]);
  return Object.assign(self, { url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}` });
}

/** A piece at a time, or only half and then nothing more. */
async function passBadly(
  incoming: IncomingMessage,
  response: ServerResponse,
  how: 'slow' | 'truncated',
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (how === 'truncated') {
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
    return;
  }
  const pieces = 10;
  const size = Math.ceil(body.length / pieces);
  for (let index = 0; index < pieces; index += 1) {
    response.write(body.subarray(index * size, (index + 1) * size));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  response.end();
}
