import { isPaused } from '../../api/paused.ts';
import type { VacationApp } from '../../api/vacation-app.ts';
import { causeOf, healthOf, HEALTHS, TONES, type Health, type Tone } from './health.ts';
import { shownTime, type ShownTime } from './times.ts';

/** What the address of the list says. Empty text means no filter. */
export interface ListFilter {
  readonly namespace: string;
  readonly state: Health | '';
  readonly text: string;
  /** From 1. */
  readonly page: number;
}

export interface ListedApp {
  readonly namespace: string;
  readonly name: string;
  readonly health: Health;
  readonly tone: Tone;
  readonly isPaused: boolean;
  readonly reason: string;
  readonly message: string;
  readonly web: string;
  readonly database: string;
  readonly created: ShownTime | undefined;
}

export interface AppList {
  readonly filter: ListFilter;
  readonly apps: readonly ListedApp[];
  /** How many apps match, on all pages. */
  readonly matching: number;
  readonly total: number;
  readonly pages: number;
  /** The apps that match apart from the state, by state. States without apps are left out. */
  readonly counts: readonly { readonly health: Health; readonly tone: Tone; readonly count: number }[];
  readonly namespaces: readonly string[];
}

export const PAGE_SIZE = 100;

/** The page of the list that a filter selects. The most urgent state comes first, then the order is that of namespace and name. */
export function appList(apps: readonly VacationApp[], filter: ListFilter, now: Date): AppList {
  const found = apps
    .filter((app) => matches(app, filter))
    .map((app) => ({ app, health: healthOf(app) }))
    .sort((one, other) => compare(one, other));
  const shown = found.filter(({ health }) => filter.state === '' || health === filter.state);
  const pages = Math.max(1, Math.ceil(shown.length / PAGE_SIZE));
  const page = Math.min(filter.page, pages);
  return {
    filter: { ...filter, page },
    apps: shown.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map(({ app, health }) => listed(app, health, now)),
    matching: shown.length,
    total: apps.length,
    pages,
    counts: HEALTHS.map((health) => ({
      health,
      tone: TONES[health],
      count: found.filter((one) => one.health === health).length,
    })).filter(({ count, health }) => count > 0 || health === filter.state),
    namespaces: [...new Set(apps.map(({ metadata }) => metadata.namespace ?? ''))].sort(),
  };
}

function matches(app: VacationApp, { namespace, text }: ListFilter): boolean {
  if (namespace !== '' && app.metadata.namespace !== namespace) return false;
  if (text === '') return true;
  const { reason = '', message = '' } = causeOf(app) ?? {};
  const words = [`${app.metadata.namespace ?? ''}/${app.metadata.name}`, reason, message, app.status?.image ?? ''];
  return words.some((word) => word.toLowerCase().includes(text.toLowerCase()));
}

interface Found {
  readonly app: VacationApp;
  readonly health: Health;
}

function compare(one: Found, other: Found): number {
  const urgency = HEALTHS.indexOf(one.health) - HEALTHS.indexOf(other.health);
  if (urgency !== 0) return urgency;
  return pathOfApp(one.app) < pathOfApp(other.app) ? -1 : 1;
}

const pathOfApp = ({ metadata }: VacationApp): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function listed(app: VacationApp, health: Health, now: Date): ListedApp {
  const { metadata, status } = app;
  const cause = causeOf(app);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    health,
    tone: TONES[health],
    isPaused: isPaused(app),
    reason: cause?.reason ?? '',
    message: cause?.message ?? 'The operator has not reported on it yet',
    web: status?.web?.summary ?? '',
    database: status?.database?.version ?? '',
    created: shownTime(metadata.creationTimestamp, now),
  };
}
