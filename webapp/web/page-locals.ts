import type { RequestHandler } from 'express';
import type { Signer } from '../signer.ts';
import { csrfTokens } from './csrf.ts';
import { takeFlash } from './flash.ts';
import { signedIn } from './sessions.ts';

/** What the templates of every page show beside what a route gives them; see also `app.locals` in app.ts. */
export function pageLocals(csrfSigner: Signer): RequestHandler {
  return function pageLocalsMiddleware(request, response, next) {
    Object.assign(response.locals, {
      traveller: signedIn(request),
      isTravellerKnown: response.locals.sessionAway !== true,
      path: request.path,
      ...csrfTokens(request, response, csrfSigner),
      takeFlash: () => takeFlash(request, response),
    });
    next();
  };
}
