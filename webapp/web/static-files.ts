import { type RequestHandler, Router } from 'express';
import type { AssetFile, Assets } from './assets.ts';
import { methodNotAllowed } from './method-not-allowed.ts';

/** Files whose names change with their content, in the smallest form that the browser understands. */
export function staticFiles(assets: Assets): Router {
  const router = Router();
  for (const file of assets.files)
    router.route(`/${file.name}`).get(sending(file, assets.folder)).all(methodNotAllowed);
  return router;
}

function sending({ name, hashed, encodings }: AssetFile, folder: string): RequestHandler {
  return (request, response) => {
    const encoding = request.acceptsEncodings([...encodings.map(({ name }) => name), 'identity']);
    const suffix = encodings.find((one) => one.name === encoding)?.suffix;
    if (suffix !== undefined) response.set('Content-Encoding', String(encoding));
    response.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600');
    response.type(name).vary('Accept-Encoding');
    response.sendFile(name + (suffix ?? ''), { root: folder, cacheControl: false });
  };
}
