import type { ServerResponse } from 'node:http';
import type { HeaderList } from './security-headers.ts';
import type { Logger } from '../log.ts';

export type Fail = (error?: unknown) => void;

export interface Failing {
  readonly response: ServerResponse;
  readonly headers: HeaderList;
  /** Of the request. */
  readonly id: string;
  readonly logger: Logger;
}

/**
 * For what not even the error page reacted to: one request fails, and not the process, with everybody's. Without an error: for an
 * address that Express cannot read, which matches no route, not even that of pages that do not exist.
 */
export function lastResort({ response, headers, id, logger }: Failing): Fail {
  return (error) => {
    const hasFailed = error !== undefined && error !== null;
    const [status, text] = hasFailed ? FAILED : NOT_FOUND;
    if (hasFailed) logger.error('Request failed', { id, error });
    if (response.headersSent) response.destroy();
    else response.writeHead(status, headers.concat(PLAIN, ['Content-Length', String(text.length)])).end(text);
  };
}

const NOT_FOUND = [404, 'There is no page at this address.\n'] as const;
const FAILED = [500, 'Something went wrong on our side.\n'] as const;
const PLAIN = ['Cache-Control', 'no-store', 'Content-Type', 'text/plain; charset=utf-8'];
