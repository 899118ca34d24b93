import { type RequestHandler, Router } from 'express';
import type { AssetFile, Assets } from './assets.ts';
import { methodNotAllowed } from './method-not-allowed.ts';

/** Files whose names change with their content, in the smallest form that the browser understands. */
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
    // in a rolling update a page of one release asks a pod of another for its style sheet: ours is better than none
    if (isOwn) response.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600');
    response.type(name).vary('Accept-Encoding');
    response.sendFile(name + (suffix ?? ''), { root: folder, cacheControl: false });
  };
}

/** In the middle of a name, as build-assets.ts puts it there. */
const HASH = /\.[0-9a-f]{10}\./;
