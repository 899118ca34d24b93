import type { Request, Response } from 'express';
import { clearCookie, readSignedCookie, setCookie } from './cookies.ts';

/** A message at the top of a page. */
export interface Alert {
  readonly kind: 'success' | 'info' | 'danger';
  readonly text: string;
}

/** Redirects to a page that shows the alert. The alert is in a signed cookie, so any pod can show it without session or database. */
export function redirectWithAlert(response: Response, location: string, alert: Alert): void {
  setCookie(response, COOKIE, [alert], { signed: true, maxAge: 60_000 });
  response.redirect(303, location);
}

/** Reads the alerts and removes them, so that each is shown once. */
export function takeFlash(request: Request, response: Response): readonly Alert[] {
  const alerts = readSignedCookie(request, COOKIE);
  if (alerts === undefined) return [];
  clearCookie(response, COOKIE);
  return Array.isArray(alerts) ? (alerts as readonly Alert[]) : [];
}

const COOKIE = 'alert';
