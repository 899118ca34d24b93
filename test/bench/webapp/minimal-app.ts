// The least that an Express application needs to show the same pages: helmet, express-session on the same table, EJS.
import { hash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import express, { type RequestHandler } from 'express';
import session, { type SessionData, Store } from 'express-session';
import helmet from 'helmet';
import { type Repository, Sequelize } from 'sequelize-typescript';
import { Session } from '../../../webapp/sessions/session.ts';
import { loadAssets } from '../../../webapp/web/assets.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { fixedPages, PAGE_LOCALS } from './pages.ts';
import { POOL } from './statements.ts';

export interface MinimalTask {
  readonly uri: string;
}

export interface MinimalResult {
  readonly port: number;
}

class SessionTable extends Store {
  readonly #sessions: Repository<Session>;

  constructor(sessions: Repository<Session>) {
    super();
    this.#sessions = sessions;
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.#sessions.findByPk(hashOf(id)).then(
      (row) => callback(null, row && row.expiresAt > new Date() ? (JSON.parse(row.data) as SessionData) : null),
      (error: unknown) => callback(error),
    );
  }

  override set(id: string, data: SessionData, callback: (error?: unknown) => void = ignore): void {
    const now = new Date();
    const values = {
      idHash: hashOf(id),
      travellerId: data.traveller?.id ?? null,
      data: JSON.stringify(data),
      createdAt: now,
      touchedAt: now,
      expiresAt: new Date(now.getTime() + 86_400_000),
    };
    this.#sessions.upsert(values).then(() => callback(), callback);
  }

  override destroy(id: string, callback: (error?: unknown) => void = ignore): void {
    this.#sessions.destroy({ where: { idHash: hashOf(id) } }).then(() => callback(), callback);
  }
}

function minimalApp(uri: string) {
  const pool = { max: POOL };
  const sequelize = new Sequelize(uri, { logging: false, pool, models: [Session], repositoryMode: true });
  const assets = loadAssets(new URL('../../../webapp/public/', import.meta.url));
  const app = express();
  app.set('views', join(root, 'dist/webapp/views'));
  app.set('view engine', 'ejs');
  app.enable('view cache');
  // the web app sends none either
  app.disable('etag');
  Object.assign(app.locals, PAGE_LOCALS, { asset: (name: string) => assets.url(name) });
  app.use(helmet());
  app.use(
    session({
      store: new SessionTable(sequelize.getRepository(Session)),
      secret: 'not a secret',
      resave: false,
      saveUninitialized: false,
    }),
  );
  app.get('/log-in/:id/:username', (request, response) => {
    const { id, username } = request.params;
    request.session.traveller = { id: Number(id), username, name: 'Ada' };
    response.redirect(303, '/');
  });
  for (const { path, view, data } of fixedPages(new Date())) {
    const page: RequestHandler = (request, response) => {
      response.render(view, { ...data, path, traveller: request.session.traveller });
    };
    app.get(path, ...(FOR_TRAVELLERS.has(path) ? [travellersOnly] : []), page);
  }
  return app;
}

const FOR_TRAVELLERS = new Set(['/book', '/reservation']);

const travellersOnly: RequestHandler = (request, response, next) => {
  if (request.session.traveller) next();
  else response.sendStatus(401);
};

function hashOf(id: string): Buffer {
  return hash('sha256', id, 'buffer');
}

const ignore = () => undefined;

process.on('message', ({ uri }: MinimalTask) => {
  const server = createServer({ keepAliveTimeout: 65_000 }, minimalApp(uri));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
});
process.on('disconnect', () => process.exit(0));
