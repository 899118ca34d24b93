import type { Request, RequestHandler, Response } from 'express';
import { csrfToken } from '../middleware/csrf.ts';
import { signedIn } from '../middleware/sessions.ts';
import type { SignedIn } from '../sessions/session-store.ts';
import type { Alert, Alerts } from './alerts.ts';
import type { Assets } from './assets.ts';
import type { FieldErrors } from './form.ts';
import { type KeptHtml, keptHtml, place } from './kept-html.ts';
import { endWith } from './send-html.ts';
import type { Signer } from './signer.ts';
import type { View } from './views.ts';

export interface PageModel {
  readonly title: string;
  /** Of a form that was refused; shown at each field and together at the top. */
  readonly errors?: FieldErrors;
  readonly labels?: Readonly<Record<string, string>>;
  readonly alerts?: readonly Alert[];
  readonly [more: string]: unknown;
}

export interface Pages {
  send(request: Request, response: Response, view: string, model: PageModel, status?: number): void;
  /** A page that nothing went wrong on, at an address, for somebody. */
  html(view: string, model: PageModel, seen: Seen): string;
  /** The handler of a page that is always the same, but for who sees it. For who has no alert to see, it is rendered now. */
  fixed(paths: readonly [string, ...string[]], view: string, model: PageModel): RequestHandler;
  /** What `fixed` rendered, by its whole address. */
  readonly kept: ReadonlyMap<string, KeptPage>;
  /** To the next page, which shows the alert. */
  redirect(request: Request, response: Response, location: string, alert: Alert): void;
}

/** By whom, and where. */
export interface Seen {
  readonly traveller: Pick<SignedIn, 'username'> | undefined;
  readonly token: string;
  readonly path: string;
}

export interface KeptPage {
  readonly route: string;
  readonly forVisitors: KeptHtml;
  readonly forTravellers: KeptHtml;
}

export interface PagesOptions {
  readonly views: (name: string) => View;
  readonly assets: Assets;
  readonly alerts: Alerts;
  readonly csrfSigner: Signer;
}

/** Renders views: what every page has (navigation, alerts, token) is added here. */
export function createPages({ views, assets, alerts, csrfSigner }: PagesOptions): Pages {
  const keptPages = new Map<string, KeptPage>();
  const asset = (name: string) => assets.url(name);
  const send: Pages['send'] = (request, response, view, model, status = 200) => {
    const errors = model.errors ?? {};
    let token: string | undefined;
    const page = {
      ...model,
      errors,
      traveller: signedIn(request),
      path: request.path,
      alerts: [...alerts.take(request, response), ...(model.alerts ?? []), ...alertsOf(errors, model.labels ?? {})],
      asset,
      csrf: () => (token ??= csrfToken(request, response, csrfSigner)),
    };
    const html = views(view)(page);
    const length = Buffer.byteLength(html);
    response.status(status).set('Cache-Control', 'no-store').set('Content-Length', String(length)).type('html');
    endWith(response, html, length);
  };
  const html: Pages['html'] = (view, model, { traveller, token, path }) =>
    views(view)({ ...model, errors: {}, alerts: [], traveller, path, asset, csrf: () => token });
  return {
    send,
    html,
    redirect: (request, response, location, alert) => alerts.redirect(request, response, location, alert),
    kept: keptPages,
    fixed(paths, view, model) {
      for (const path of paths) {
        const kept = (traveller: Seen['traveller']) =>
          keptHtml(html(view, model, { traveller, token: place('token'), path }));
        const forTravellers = kept({ username: place('username') });
        keptPages.set(path, { route: paths[0], forVisitors: kept(undefined), forTravellers });
      }
      return (request, response) => send(request, response, view, model);
    },
  };
}

function alertsOf(errors: FieldErrors, labels: Readonly<Record<string, string>>): readonly Alert[] {
  return Object.entries(errors).map(([field, text]) => {
    const label = labels[field];
    return { kind: 'danger', text, field, ...(label !== undefined && { label }) };
  });
}
