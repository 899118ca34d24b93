import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderList } from '../middleware/security-headers.ts';

export interface About {
  /** Those of every answer. */
  readonly headers: HeaderList;
  readonly overHttps: boolean;
}

/** Answers from memory, ahead of Express, and tells whether it did. It is asked for what is read (GET, HEAD) without a body. */
export type KeptAnswer = (request: IncomingMessage, response: ServerResponse, about: About) => boolean;

export function asksOnly({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  return (method === 'GET' || method === 'HEAD') && !hasBody;
}
