import type { RequestHandler } from 'express';
import type { AccountLimits } from '../accounts/limits.ts';
import { TooManyError } from '../http/errors.ts';
import { type Throttle, TooMany } from '../throttling/throttle.ts';
import { travellerOf } from './sessions.ts';

/** Each trip that is booked, changed or cancelled is a mail, to an address that nobody has confirmed: not everybody's are without end. */
export function tripLimit(throttle: Throttle, limits: AccountLimits): RequestHandler {
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
