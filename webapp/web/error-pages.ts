import type { ErrorRequestHandler, RequestHandler } from 'express';
import { BusyError, DatabaseAwayError } from '../database/errors.ts';
import type { Logger } from '../log.ts';
import { tooManyMessage } from '../throttling/rules.ts';
import { ForbiddenError, TooManyError } from './http-errors.ts';
import { isSafe } from './same-origin.ts';

interface ErrorPage {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly retryAfter?: number;
  /** False if the browser held back the session cookie. */
  readonly isTravellerKnown?: false;
}

export function notFound(): RequestHandler {
  return function notFoundMiddleware(_request, response) {
    const page = PAGES.notFound;
    response.status(page.status).render('error', { ...page, canRetry: false });
  };
}

/** The one place that reacts to errors. The kind of error decides the page. Only an unexpected error is logged as one. */
export function errorPages(logger: Logger): ErrorRequestHandler {
  return function errorPagesMiddleware(error: unknown, request, response, _next) {
    const requestId = response.get('X-Request-Id');
    if (response.headersSent) {
      logger.error('Request failed after its headers were sent', { id: requestId, error });
      if (!response.writableEnded) response.destroy();
      return;
    }
    const page = pageOf(error);
    // sending a file may have failed after its headers were set
    response.removeHeader('Content-Encoding');
    response.set('Cache-Control', 'no-store').type('html');
    if (page.status === 500) logger.error('Request failed', { id: requestId, error });
    else if (page.status !== 400) logger.debug('Request refused', { id: requestId, status: page.status, error });
    if (page.retryAfter !== undefined) response.set('Retry-After', String(page.retryAfter));
    const canRetry = page.retryAfter !== undefined && isSafe(request.method);
    response.status(page.status).render('error', { ...page, canRetry, requestId });
  };
}

/** Answers without a template when the error page itself fails. Express' own handler would write to standard error, past the logger. */
export function errorText(logger: Logger): ErrorRequestHandler {
  return function errorTextMiddleware(error: unknown, _request, response, _next) {
    logger.error('The error page failed', { id: response.get('X-Request-Id'), error });
    response.sendStatus(500);
  };
}

function pageOf(error: unknown): ErrorPage {
  if (error instanceof DatabaseAwayError) return PAGES.away;
  if (error instanceof BusyError) return PAGES.busy;
  if (error instanceof ForbiddenError) return FORBIDDEN[error.reason];
  if (error instanceof TooManyError) {
    const { seconds } = error;
    return {
      status: 429,
      title: 'Your trips change very often',
      text: tooManyMessage(seconds),
      retryAfter: seconds,
    };
  }
  const { status } = error as { status?: unknown };
  if (status === 405) return PAGES.wrongMethod;
  if (status === 413) return PAGES.tooLarge;
  if (typeof status === 'number' && status >= 400 && status < 500) return { ...PAGES.unreadable, status };
  return PAGES.failed;
}

const PAGES = {
  notFound: {
    status: 404,
    title: 'Lost in space',
    text: 'There is no page at this address. Check it, or start again from the home page.',
  },
  away: {
    status: 503,
    title: 'We have lost contact with our booking computer',
    text: 'Nothing that was booked is lost. Please try again in a few seconds. If you were booking, see your trips first: they show whether it went through.',
    retryAfter: 5,
  },
  busy: {
    status: 503,
    title: 'Very many travellers are here right now',
    text: 'Please try again in a few seconds.',
    retryAfter: 3,
  },
  expired: {
    status: 403,
    title: 'This form has expired',
    text: 'Nothing was changed. Go back, reload the page and send the form again.',
  },
  noCookie: {
    status: 403,
    title: 'This form needs a cookie',
    text: 'Your browser did not send back the cookie that came with the form, so nothing was changed. Allow cookies for this site, then reload the page and send the form again.',
  },
  crossSite: {
    status: 403,
    title: 'This came from another site',
    text: 'Nothing was changed. Forms are only accepted from the pages of this site.',
    isTravellerKnown: false,
  },
  wrongMethod: {
    status: 405,
    title: 'That does not work here',
    text: 'There is such an address, but it cannot be asked for in this way. Nothing was changed.',
  },
  tooLarge: {
    status: 413,
    title: 'That is too much',
    text: 'What you sent is larger than any of our forms. Nothing was changed.',
  },
  unreadable: {
    status: 400,
    title: 'We could not read that',
    text: 'What was sent is not one of our forms. Nothing was changed.',
  },
  failed: {
    status: 500,
    title: 'Something went wrong on our side',
    text: 'It has been noted and will be looked at. Please try again.',
  },
} satisfies Record<string, ErrorPage>;

const FORBIDDEN = { 'cross-site': PAGES.crossSite, token: PAGES.expired, 'no cookie': PAGES.noCookie };
