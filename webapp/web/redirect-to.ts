import type { RequestHandler } from 'express';

/** For a GET to an address that only takes a form, such as a reload after the form was refused: leads to the page with the form. */
export function redirectTo(path: string): RequestHandler {
  return (_request, response) => response.redirect(303, path);
}
