import type { AppSummary } from '../model/app-model.ts';
import { ageOf } from './age.ts';
import type { Style } from './mark.ts';
import { tableLines } from './table.ts';

export interface AppsTableOptions {
  readonly now: Date;
  readonly style: Style;
  readonly isWide: boolean;
  readonly hasNamespace: boolean;
}

/** The apps as a table, and below it what is the matter with each that is not Ready. */
export function appsLines(apps: readonly AppSummary[], options: AppsTableOptions): string[] {
  const { now, style, isWide, hasNamespace } = options;
  const header = [
    ...(hasNamespace ? ['NAMESPACE'] : []),
    ...['NAME', 'HEALTH', 'REASON', 'WEB', 'DATABASE', 'URL', 'AGE'],
    ...(isWide ? ['IMAGE', 'SCHEMA'] : []),
  ];
  const rows = apps.map((app) => [
    ...(hasNamespace ? [app.namespace] : []),
    app.name,
    style.mark(app.mark, app.isPaused ? `${app.health} (paused)` : app.health),
    app.reason,
    app.web,
    app.database,
    app.url,
    ageOf(app.created, now),
    ...(isWide ? [app.image, app.schemaVersion] : []),
  ]);
  const troubled = apps.filter(({ mark }) => mark === 'bad' || mark === 'busy');
  const troubles = troubled.map(
    ({ namespace, name, mark, message }) =>
      `${style.mark(mark)} ${hasNamespace ? `${namespace}/` : ''}${name}: ${message}`,
  );
  return [...tableLines(header, rows), ...(troubles.length === 0 ? [] : ['', ...troubles])];
}
