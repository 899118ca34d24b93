import { createServer, type Server } from 'node:http';
import manifest from '../package.json' with { type: 'json' };
import type { Config } from '../config.ts';
import type { ApiClient } from '../runtime/client/api-client.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import type { ManagerState } from '../runtime/manager-state.ts';
import type { Logger } from '../runtime/telemetry/log.ts';
import { OPENSHIFT_GROUP, platformOf } from '../vacation-app/platform.ts';
import { Attempts } from './access/attempts.ts';
import { createMode } from './access/mode.ts';
import { createReviews } from './access/reviews.ts';
import { Rights } from './access/rights.ts';
import { SessionCookie } from './access/session-cookie.ts';
import { Sessions, sweepSessions } from './access/sessions.ts';
import { createApp } from './app.ts';
import { loadAssets } from './assets.ts';
import { Changes } from './changes.ts';
import { AutoscalerSizes } from './model/autoscaler-sizes.ts';

export interface StatusPageOptions {
  readonly state: ManagerState;
  readonly client: ApiClient;
  readonly config: Pick<Config, 'statusPage' | 'webappImage' | 'mysqlImage' | 'podIds'>;
  readonly log: Logger;
  /** The time of day. */
  readonly now?: () => Date;
  readonly clock?: Clock;
  readonly streamCheckMs?: number;
}

/**
 * The server of the status page of this replica, which does not listen yet. It follows the caches, and sends requests to the API server only
 * while somebody looks.
 */
export function createStatusPage(options: StatusPageOptions): Server {
  const { state, client, config, log, now = () => new Date(), clock = systemClock, ...rest } = options;
  const { statusPage: settings, webappImage, mysqlImage, podIds } = config;
  const reviews = createReviews(client);
  const sessions = new Sessions((token) => reviews.userOf(token), clock);
  const app = createApp({
    ...rest,
    state,
    client,
    settings,
    log,
    now,
    clock,
    version: manifest.version,
    started: now(),
    defaults: () => ({ webappImage, mysqlImage, ...platformOf(podIds, state.servedGroups.has(OPENSHIFT_GROUP)) }),
    sizes: new AutoscalerSizes(state.stores, now),
    changes: new Changes(state.stores),
    rights: new Rights(reviews, clock),
    sessions,
    cookie: new SessionCookie(state.identity),
    attempts: new Attempts(clock),
    mode: createMode(settings, reviews, clock),
    assets: loadAssets(),
  });
  const server = createServer(app);
  sweepSessions(sessions, server);
  return server;
}
