import type { RequestHandler } from 'express';
import type { Signer } from '../signer.ts';
import { csrfTokens } from './csrf.ts';
import { takeFlash } from './flash.ts';
import { htmlName } from './form.ts';
import { signedIn } from './sessions.ts';

/** What the templates of every page show beside what a route gives them. */
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

/** What a page shows unless its route, or `pageLocals`, says otherwise. */
export const PAGE_DEFAULTS = {
  traveller: undefined,
  isTravellerKnown: false,
  path: '',
  takeFlash: () => [],
  htmlName,
  alerts: [],
  errors: {},
  labels: {},
  values: {},
};
