import { hash } from 'node:crypto';
import type { Request, Response } from 'express';
import { isLoopbackHost } from './hosts.ts';
import { SESSION_MS } from './sessions.ts';

/**
 * The cookie with the id of a session. Its name contains a hash of the replica, so that a browser can have a session with each replica behind
 * one address. Under a name other than loopback it is `Secure`, so that browsers neither store nor send it without HTTPS.
 */
export class SessionCookie {
  readonly #name: string;

  constructor(replica: string) {
    this.#name = `vacation-status-${hash('sha256', replica).slice(0, 8)}`;
  }

  read(request: Request): string | undefined {
    const value = (request.cookies as Readonly<Record<string, unknown>>)[this.#nameFor(request)];
    return typeof value === 'string' ? value : undefined;
  }

  write(request: Request, response: Response, id: string): void {
    response.cookie(this.#nameFor(request), id, { ...optionsFor(request), maxAge: SESSION_MS });
  }

  clear(request: Request, response: Response): void {
    response.clearCookie(this.#nameFor(request), optionsFor(request));
  }

  #nameFor({ headers: { host } }: Request): string {
    return isLoopbackHost(host) ? this.#name : `__Host-${this.#name}`;
  }
}

const optionsFor = ({
  headers: { host },
}: Request): { httpOnly: true; sameSite: 'lax'; path: '/'; secure: boolean } => ({
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  secure: !isLoopbackHost(host),
});
