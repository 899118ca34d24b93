import type { Response } from 'express';
import type { Alert } from '../web/flash.ts';
import { tooManyMessage } from '../throttling/rules.ts';
import type { TooMany } from '../throttling/throttle.ts';

/** The status of a form that is shown again. After too many attempts, it also sets Retry-After. */
export function statusOfRefusal(response: Response, tooMany: TooMany | undefined): 422 | 429 {
  if (!tooMany) return 422;
  response.set('Retry-After', String(tooMany.seconds));
  return 429;
}

export function alertOf({ seconds }: TooMany): Alert {
  return { kind: 'danger', text: tooManyMessage(seconds) };
}
