import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** Status line and headers, without the empty line. */
  readonly head: string;
  readonly body: string;
}

/**
 * One client that keeps its connection, and opens another when the server closes it. It sends a request as it stands and reads
 * the answer by its Content-Length: little work, so that what is measured is the server.
 */
export class KeptConnection {
  readonly #port: number;
  #socket: Socket | undefined;
  #settle: ((outcome: Answer | Error) => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  ask(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = (outcome) => {
        this.#settle = undefined;
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      this.#socket ??= this.#open();
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = answerIn(received);
      if (!answer) return;
      received = Buffer.alloc(0);
      if (/^connection: close/im.test(answer.head)) this.close();
      this.#settle?.(answer);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#settle?.(new Error('the connection was closed before the answer'));
    });
    return socket;
  }
}

/** The whole answer, once it is there. */
function answerIn(received: Buffer): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  const total = length === undefined ? received.length : end + 4 + Number(length);
  if (received.length < total || (length === undefined && received.toString('latin1', total - 5) !== '0\r\n\r\n')) {
    return undefined;
  }
  return { status: Number(head.slice(9, 12)), head, body: received.toString('utf8', end + 4, total) };
}

export interface RawRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly cookies?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

/** Those that an answer sets, by name. */
export function cookiesOf({ head }: Answer): Record<string, string> {
  return Object.fromEntries(
    [...head.matchAll(/^set-cookie: ([^=]+)=([^;\r]*)/gim)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** As a current browser sends it. */
export function raw({ method = 'GET', path, cookies = {}, form }: RawRequest): string {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; '); // prettier-ignore
  const body = form === undefined ? '' : new URLSearchParams(form).toString();
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: booking.example.com',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Accept-Language: en-GB,en;q=0.5',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Connection: keep-alive',
    ...(cookie === '' ? [] : [`Cookie: ${cookie}`]),
    'Upgrade-Insecure-Requests: 1',
    'Sec-Fetch-Dest: document',
    'Sec-Fetch-Mode: navigate',
    'Sec-Fetch-Site: same-origin',
    ...(form === undefined
      ? []
      : [
          'Origin: http://booking.example.com',
          'Content-Type: application/x-www-form-urlencoded',
          `Content-Length: ${Buffer.byteLength(body)}`,
        ]),
    '',
    body,
  ].join('\r\n');
}
