import type { Request, Response } from 'express';
import { cookieHeader, cookieName, cookieOf, endedCookieHeader } from './cookies.ts';
import type { Signer } from './signer.ts';

/** What is told at the top of a page. */
export interface Alert {
  readonly kind: 'success' | 'info' | 'danger';
  readonly text: string;
  /** The field that it is about, and its label. */
  readonly field?: string;
  readonly label?: string;
}

/**
 * Alerts for the next page, whichever pod renders it: a signed cookie, so that they need no session, no database, and no write
 * before the redirect.
 */
export interface Alerts {
  redirect(request: Request, response: Response, location: string, alert: Alert): void;
  /** Each is shown once. */
  take(request: Request, response: Response): readonly Alert[];
}

export function createAlerts(signer: Signer): Alerts {
  return {
    redirect(request, response, location, alert) {
      const payload = Buffer.from(JSON.stringify([alert])).toString('base64url');
      const signature = signer.sign(payload).toString('base64url');
      const cookie = cookieHeader(COOKIE, `${payload}.${signature}`, request.secure);
      response.append('Set-Cookie', `${cookie}; Max-Age=60`);
      // without a body: for that one Express would look into what is accepted
      response.status(303).location(location).set('Content-Length', '0').end();
    },
    take(request, response) {
      const value = cookieOf(request, cookieName(COOKIE, request.secure));
      if (value === undefined) return [];
      response.append('Set-Cookie', endedCookieHeader(COOKIE, request.secure));
      const [payload = '', signature = ''] = value.split('.');
      if (!signer.verify(payload, Buffer.from(signature, 'base64url'))) return [];
      return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Alert[];
    },
  };
}

const COOKIE = 'alert';
