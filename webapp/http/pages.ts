import type { Request, RequestHandler, Response } from 'express';
import { csrfToken } from '../middleware/csrf.ts';
import { signedIn } from '../middleware/sessions.ts';
import type { Alert, Alerts } from './alerts.ts';
import type { Assets } from './assets.ts';
import type { FieldErrors } from './form.ts';
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
  /** The handler of a page that is always the same, but for who sees it. For who has no alert to see, it is rendered now. */
  fixed(paths: readonly [string, ...string[]], view: string, model: PageModel): RequestHandler;
  /** What `fixed` rendered, by its whole address. */
  kept(url: string): KeptPage | undefined;
  /** To the next page, which shows the alert. */
  redirect(request: Request, response: Response, location: string, alert: Alert): void;
}

export interface KeptPage {
  readonly route: string;
  readonly forVisitors: KeptHtml;
  readonly forTravellers: KeptHtml;
}

/** HTML and, at every second place, the name of what belongs there. */
export type KeptHtml = readonly string[];

export function filledIn(html: KeptHtml, values: Readonly<Record<string, string>>): string {
  return html.length === 1 ? (html[0] ?? '') : html.map((part, at) => (at % 2 ? (values[part] ?? '') : part)).join('');
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
    const page = {
      ...model,
      errors,
      traveller: signedIn(request),
      path: request.path,
      alerts: [...alerts.take(request, response), ...(model.alerts ?? []), ...alertsOf(errors, model.labels ?? {})],
      asset,
      csrf: () => csrfToken(request, response, csrfSigner),
    };
    const html = views(view)(page);
    response.status(status).set('Cache-Control', 'no-store').type('html').end(html);
  };
  return {
    send,
    redirect: (request, response, location, alert) => alerts.redirect(request, response, location, alert),
    kept: (url) => keptPages.get(url),
    fixed(paths, view, model) {
      for (const path of paths) {
        const page = { ...model, errors: {}, path, alerts: [], asset, csrf: () => place('token') };
        const render = (traveller: object | undefined) => views(view)({ ...page, traveller }).split(PLACE);
        const forTravellers = render({ username: place('username') });
        keptPages.set(path, { route: paths[0], forVisitors: render(undefined), forTravellers });
      }
      return (request, response) => send(request, response, view, model);
    },
  };
}

/** A character that stands in no template and in no setting. */
const MARK = '\u{f8ff}';
const PLACE = new RegExp(`${MARK}(\\w+)${MARK}`);

function place(name: string): string {
  return MARK + name + MARK;
}

function alertsOf(errors: FieldErrors, labels: Readonly<Record<string, string>>): readonly Alert[] {
  return Object.entries(errors).map(([field, text]) => {
    const label = labels[field];
    return { kind: 'danger', text, field, ...(label !== undefined && { label }) };
  });
}
