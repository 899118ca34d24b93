import type { IncomingMessage, ServerResponse } from 'node:http';
import { cookieName, cookieOf } from '../http/cookies.ts';
import type { About } from '../http/kept-answers.ts';
import { filledIn } from '../http/kept-html.ts';
import type { KeptPage, Pages } from '../http/pages.ts';
import { sendHtml } from '../http/send-html.ts';
import type { Signer } from '../http/signer.ts';
import type { TravellerPage } from '../http/traveller-page.ts';
import { escaped } from '../http/views.ts';
import { type SessionReader, type SessionStore, travellerIn } from '../sessions/session-store.ts';
import { travellerTokens } from './csrf.ts';
import { answeredBy } from './request-record.ts';
import { noteSessionFailure, type SessionIds } from './sessions.ts';

export interface TravellerPagesOptions {
  readonly pages: Pages;
  /** Those that show more than who looks at them: what `pages` keeps comes by itself. */
  readonly more: readonly TravellerPage[];
  readonly store: SessionStore;
  readonly sessionIds: SessionIds;
  readonly csrfSigner: Signer;
}

/** Answers, and resolves when it has; or calls `otherwise` once it has found that Express is to answer after all. Undefined: not for it. */
export type TravellerAnswer = (
  request: IncomingMessage,
  response: ServerResponse,
  about: About,
  otherwise: () => void,
) => Promise<void> | undefined;

/** Pages of travellers ahead of Express: one statement reads the sessions and what they show. */
export function travellerPages({ pages, more, store, sessionIds, csrfSigner }: TravellerPagesOptions): TravellerAnswer {
  const byAddress = new Map<string, { readonly page: TravellerPage; readonly read: SessionReader }>();
  for (const page of [...[...pages.kept].map(keptPage), ...more]) {
    byAddress.set(page.path, { page, read: store.reader(page.along) });
  }
  const tokenFor = travellerTokens(csrfSigner);
  const render = async (page: TravellerPage, read: SessionReader, id: string): Promise<string | undefined> => {
    const session = await read(id);
    const traveller = session && travellerIn(session.data);
    return traveller && page.html(traveller, tokenFor(id), session);
  };
  return (request, response, { headers, overHttps }, otherwise) => {
    const found = byAddress.get(request.url ?? '');
    if (!found || cookieOf(request, cookieName('alert', overHttps)) !== undefined) return undefined;
    const id = sessionIds(request, overHttps);
    if (id === undefined) return undefined;
    const answer = (html: string | undefined) => {
      if (html === undefined) {
        otherwise();
        return;
      }
      answeredBy(request, found.page.route);
      sendHtml(response, headers, html);
    };
    return render(found.page, found.read, id).then(answer, (error: unknown) => {
      noteSessionFailure(request, error);
      otherwise();
    });
  };
}

function keptPage([path, { route, forTravellers }]: readonly [string, KeptPage]): TravellerPage {
  return {
    path,
    route,
    html: ({ username }, token) => filledIn(forTravellers, { token, username: escaped(username) }),
  };
}
