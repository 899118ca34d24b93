import type { Request, Response } from 'express';
import { cookieOf } from './cookies.ts';
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
      response.cookie(cookieName(request), `${payload}.${signature}`, { ...optionsFor(request), maxAge: 60_000 });
      response.redirect(303, location);
    },
    take(request, response) {
      const value = cookieOf(request, cookieName(request));
      if (value === undefined) return [];
      response.clearCookie(cookieName(request), optionsFor(request));
      const [payload = '', signature = ''] = value.split('.');
      if (!signer.verify(payload, Buffer.from(signature, 'base64url'))) return [];
      return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Alert[];
    },
  };
}

function cookieName(request: Request): string {
  return request.secure ? '__Host-alert' : 'alert';
}

function optionsFor(request: Request) {
  return { httpOnly: true, sameSite: 'lax', secure: request.secure, path: '/' } as const;
}
