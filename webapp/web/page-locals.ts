import type { RequestHandler } from 'express';
import type { Signer } from '../signer.ts';
import { csrfToken } from './csrf.ts';
import { takeFlash } from './flash.ts';
import { signedIn } from './sessions.ts';

/** What the templates of every page show beside what a route gives them; see also `app.locals` in app.ts. */
export function pageLocals(csrfSigner: Signer): RequestHandler {
  return function pageLocalsMiddleware(request, response, next) {
    let token: string | undefined;
    Object.assign(response.locals, {
      traveller: signedIn(request),
      path: request.path,
      csrfToken: () => (token ??= csrfToken(request, response, csrfSigner)),
      takeFlash: () => takeFlash(request, response),
    });
    next();
  };
}
