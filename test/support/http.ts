import * as http from 'node:http';
import * as https from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly timeoutMs?: number;
  /** How to connect, where the URL alone does not tell: another address, other authorities. It must keep no connection. */
  readonly agent?: http.Agent;
}

/**
 * One request on a connection of its own that is closed after the answer, so that a Service chooses a pod for each.
 * Rejects when there is no whole answer: refused, reset, timed out.
 */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body = '', timeoutMs = 10_000, agent }: Question = {},
): Promise<Answer> {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method,
        agent: agent ?? false,
        headers: {
          ...headers,
          connection: 'close',
          ...(body.length === 0 ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
        response.once('error', reject);
      },
    );
    asked.once('error', reject);
    asked.end(body);
  });
}
