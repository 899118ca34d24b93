import type { RequestHandler } from 'express';

/** Leads from an address that forms are sent to, where a refused one is shown again, to the page that has the form. */
export function redirectTo(path: string): RequestHandler {
  return (_request, response) => response.redirect(303, path);
}
