import type { Request, Response } from 'express';
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
  /** To the next page, which shows the alert. */
  redirect(request: Request, response: Response, location: string, alert: Alert): void;
}

export interface PagesOptions {
  readonly views: (name: string) => View;
  readonly assets: Assets;
  readonly alerts: Alerts;
  readonly csrfSigner: Signer;
}

/** Renders views: what every page has (navigation, alerts, token) is added here. */
export function createPages({ views, assets, alerts, csrfSigner }: PagesOptions): Pages {
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
    response.status(status).set('Cache-Control', 'no-store').send(html);
  };
  return {
    send,
    redirect: (request, response, location, alert) => alerts.redirect(request, response, location, alert),
  };
}

function alertsOf(errors: FieldErrors, labels: Readonly<Record<string, string>>): readonly Alert[] {
  return Object.entries(errors).map(([field, text]) => {
    const label = labels[field];
    return { kind: 'danger', text, field, ...(label !== undefined && { label }) };
  });
}
