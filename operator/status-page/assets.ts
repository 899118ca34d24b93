import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type RequestHandler, Router } from 'express';

export interface Assets {
  /** The address of a file. It changes with the content. */
  readonly url: (name: string) => string;
  readonly routes: Router;
}

/** The sources, run as they are, use what was built last. */
const BUILT = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/operator/status-page/public/' : './public/',
  import.meta.url,
);

/** Reads the files that build-assets.ts made, and serves them from memory. They are few and small. */
export function loadAssets(folder = BUILT): Assets {
  if (!existsSync(folder)) throw new Error('The files of the status page are missing: npm run build makes them');
  const versions = new Map<string, string>();
  const routes = Router();
  for (const name of readdirSync(folder)) {
    const body = readFileSync(new URL(name, folder));
    versions.set(name, createHash('sha256').update(body).digest('hex').slice(0, 10));
    routes.get(`/${name}`, sending(name, body));
  }
  return {
    routes,
    url: (name) => {
      const version = versions.get(name);
      if (version === undefined)
        throw new Error(`No file of the status page is named ${name}: npm run build makes them`);
      return `/${name}?v=${version}`;
    },
  };
}

const sending = (name: string, body: Buffer): RequestHandler =>
  function sendAsset(_request, response) {
    response.set('Cache-Control', 'public, max-age=86400').type(name).send(body);
  };
