import { type RequestHandler, Router } from 'express';
import type { AssetFile, Assets } from './assets.ts';
import { methodNotAllowed } from './method-not-allowed.ts';

/** Serves the assets, in the smallest encoding that the browser accepts. */
export function staticFiles(assets: Assets): Router {
  const router = Router();
  for (const file of assets.files) {
    const path = `/${file.hashed ? file.name.replace(HASH, '.:hash.') : file.name}`;
    router.route(path).get(sending(file, assets.folder)).all(methodNotAllowed);
  }
  return router;
}

function sending({ name, hashed, encodings }: AssetFile, folder: string): RequestHandler {
  return (request, response, next) => {
    const isOwn = request.path === `/${name}`;
    if (!isOwn && !HASH.test(request.path)) {
      next();
      return;
    }
    const encoding = request.acceptsEncodings([...encodings.map(({ name }) => name), 'identity']);
    const suffix = encodings.find((one) => one.name === encoding)?.suffix;
    if (suffix !== undefined) response.set('Content-Encoding', String(encoding));
    // in a rolling update a page of another release may ask for its style sheet here: ours is better than none
    if (isOwn) response.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600');
    response.type(name).vary('Accept-Encoding');
    response.sendFile(name + (suffix ?? ''), { root: folder, cacheControl: false });
  };
}

/** The hash that build-assets.ts puts into a name. */
const HASH = /\.[0-9a-f]{10}\./;
