import type { RequestHandler } from 'express';
import type { Signer } from '../signer.ts';
import { csrfTokens } from './csrf.ts';
import { takeFlash } from './flash.ts';
import { htmlName } from './form.ts';
import { signedIn } from './sessions.ts';

/** The values that the templates of every page use. */
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

/** Values for templates, unless `pageLocals` or the route gives others. */
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
