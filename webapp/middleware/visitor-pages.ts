import { cookieName, cookieOf } from '../http/cookies.ts';
import type { KeptAnswer } from '../http/kept-answers.ts';
import { filledIn, type Pages } from '../http/pages.ts';
import type { Signer } from '../http/signer.ts';
import { visitorToken } from './csrf.ts';
import { answeredBy } from './request-record.ts';
import { SESSION_COOKIE } from './sessions.ts';

/** Pages that are the same for everybody who is not logged in, from memory; but for the token of their forms. */
export function visitorPages(pages: Pages, csrfSigner: Signer): KeptAnswer {
  return (request, response, { headers, overHttps }) => {
    const page = pages.kept(request.url ?? '');
    if (!page || isKnown(SESSION_COOKIE) || isKnown('alert')) return false;
    answeredBy(request, page.route);
    const head = [...headers, 'Cache-Control', 'no-store', 'Content-Type', 'text/html; charset=utf-8'];
    let html;
    if (page.forVisitors.length === 1) html = filledIn(page.forVisitors, {});
    else {
      const { token, setCookie } = visitorToken(request, overHttps, csrfSigner);
      html = filledIn(page.forVisitors, { token });
      if (setCookie !== undefined) head.push('Set-Cookie', setCookie);
    }
    head.push('Content-Length', String(Buffer.byteLength(html)));
    response.writeHead(200, head);
    response.end(html);
    return true;

    function isKnown(name: string): boolean {
      return cookieOf(request, cookieName(name, overHttps)) !== undefined;
    }
  };
}
