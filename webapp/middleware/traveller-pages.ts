import type { RequestHandler } from 'express';
import { cookieName, cookieOf } from '../http/cookies.ts';
import { asksOnly } from '../http/kept-answers.ts';
import { filledIn, type Pages } from '../http/pages.ts';
import type { Signer } from '../http/signer.ts';
import { escaped } from '../http/views.ts';
import { csrfToken } from './csrf.ts';
import { answeredBy } from './request-record.ts';
import { signedIn } from './sessions.ts';

/** Pages that are the same for every traveller but for name and token, from memory, as soon as it is known who asks. */
export function travellerPages(pages: Pages, csrfSigner: Signer): RequestHandler {
  return function travellerPagesMiddleware(request, response, next) {
    const traveller = signedIn(request);
    const page = traveller && asksOnly(request) ? pages.kept(request.originalUrl) : undefined;
    if (!page || cookieOf(request, cookieName('alert', request.secure)) !== undefined) {
      next();
      return;
    }
    answeredBy(request, page.route);
    const token = csrfToken(request, response, csrfSigner);
    const html = filledIn(page.forTravellers, { token, username: escaped(traveller?.username) });
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html);
  };
}
