import type { Assets } from '../http/assets.ts';
import type { KeptAnswer } from '../http/kept-answers.ts';

/** Files whose names change with their content, from memory, in the smallest form that the browser understands. */
export function staticFiles(assets: Assets): KeptAnswer {
  return (request, response, { headers }) => {
    const [path = ''] = (request.url ?? '').split('?');
    const file = assets.file(path);
    if (!file) return false;
    const accepted = request.headers['accept-encoding'] ?? '';
    const encoding = (['br', 'gzip'] as const).find((name) => accepted.includes(name) && file.encodings[name]);
    const body = (encoding && file.encodings[encoding]) ?? file.body;
    response.writeHead(200, [
      ...headers,
      'Content-Type',
      file.type,
      'Cache-Control',
      file.hashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
      'Vary',
      'Accept-Encoding',
      ...(encoding ? ['Content-Encoding', encoding] : []),
      'Content-Length',
      String(body.length),
    ]);
    response.end(body);
    return true;
  };
}
