import { cookieName, cookieOf } from '../http/cookies.ts';
import type { KeptAnswer } from '../http/kept-answers.ts';
import { filledIn } from '../http/kept-html.ts';
import type { Pages } from '../http/pages.ts';
import { sendHtml } from '../http/send-html.ts';
import type { Signer } from '../http/signer.ts';
import { visitorToken } from './csrf.ts';
import { answeredBy } from './request-record.ts';
import { SESSION_COOKIE } from './sessions.ts';

/** Pages that are the same for everybody who is not logged in, from memory; but for the token of their forms. */
export function visitorPages(pages: Pages, csrfSigner: Signer): KeptAnswer {
  return (request, response, { headers, overHttps }) => {
    const page = pages.kept.get(request.url ?? '');
    if (!page || isKnown(SESSION_COOKIE) || isKnown('alert')) return false;
    answeredBy(request, page.route);
    if (page.forVisitors.length === 1) {
      sendHtml(response, headers, filledIn(page.forVisitors, {}));
      return true;
    }
    const { token, setCookie } = visitorToken(request, overHttps, csrfSigner);
    const html = filledIn(page.forVisitors, { token });
    sendHtml(response, setCookie === undefined ? headers : headers.concat(['Set-Cookie', setCookie]), html);
    return true;

    function isKnown(name: string): boolean {
      return cookieOf(request, cookieName(name, overHttps)) !== undefined;
    }
  };
}
