import type { RequestHandler } from 'express';
import type { Assets } from '../http/assets.ts';

/** Files whose names change with their content, from memory, in the smallest form that the browser understands. */
export function staticFiles(assets: Assets): RequestHandler {
  return function staticFilesMiddleware(request, response, next) {
    const file = assets.file(request.path);
    if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) {
      next();
      return;
    }
    const accepted = request.headers['accept-encoding'] ?? '';
    const encoding = (['br', 'gzip'] as const).find((name) => accepted.includes(name) && file.encodings[name]);
    response.set('Content-Type', file.type);
    response.set('Cache-Control', file.hashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600');
    response.set('Vary', 'Accept-Encoding');
    if (encoding) response.set('Content-Encoding', encoding);
    const body = (encoding && file.encodings[encoding]) ?? file.body;
    response.set('Content-Length', String(body.length));
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}
