import type { RequestHandler } from 'express';
import { TooManyError } from '../web/http-errors.ts';
import { type Counter, type Throttle, TooMany } from '../throttling/throttle.ts';
import { travellerOf } from '../web/sessions.ts';

/** The counters for the forms about one traveller's trips. */
export interface TripLimits {
  tripForms(travellerId: number): readonly Counter[];
}

/** Each of these forms sends a mail to an address that may not be the traveller's, so their number is limited. */
export function tripLimit(throttle: Throttle, limits: TripLimits): RequestHandler {
  return async function tripLimitMiddleware(request, _response, next) {
    const counters = limits.tripForms(travellerOf(request).id);
    const refused = await throttle.run(
      counters,
      () => Promise.resolve(undefined),
      () => true,
    );
    if (refused instanceof TooMany) throw new TooManyError(refused.seconds);
    next();
  };
}
