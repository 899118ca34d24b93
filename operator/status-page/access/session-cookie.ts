import { hash } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { isLoopbackHost } from './hosts.ts';
import { SESSION_MS } from './sessions.ts';

const PREFIX = 'vacation-status-';

/**
 * The cookie with the id of a session. Its name contains a hash of the replica, so that a browser can have a session with each replica behind
 * one address. Under a name other than loopback it is `Secure`, so that browsers neither store nor send it without HTTPS.
 */
export class SessionCookie {
  readonly #name: string;

  constructor(replica: string) {
    this.#name = `${PREFIX}${hash('sha256', replica).slice(0, 8)}`;
  }

  read(request: Request): string | undefined {
    const value = (request.cookies as Readonly<Record<string, unknown>>)[this.#nameFor(request)];
    return typeof value === 'string' ? value : undefined;
  }

  write(request: Request, response: Response, id: string): void {
    response.cookie(this.#nameFor(request), id, { ...optionsFor(request), maxAge: SESSION_MS });
  }

  /** Clears the cookies of the other replicas too. */
  clear(request: Request, response: Response): void {
    const names = Object.keys(request.cookies as object).filter((name) => name.replace(/^__Host-/, '').startsWith(PREFIX)); // prettier-ignore
    for (const name of names) response.clearCookie(name, optionsFor(request));
  }

  #nameFor({ headers: { host } }: Request): string {
    return isLoopbackHost(host) ? this.#name : `__Host-${this.#name}`;
  }
}

const optionsFor = ({ headers: { host } }: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  secure: !isLoopbackHost(host),
});
