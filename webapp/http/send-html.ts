import type { ServerResponse } from 'node:http';

/** Answers 200 with a whole page; `headers` are names and values in turn. */
export function sendHtml(response: ServerResponse, headers: readonly string[], html: string): void {
  const length = Buffer.byteLength(html);
  response.writeHead(200, headers.concat(PAGE_HEADERS, ['Content-Length', String(length)]));
  endWith(response, html, length);
}

const PAGE_HEADERS = ['Cache-Control', 'no-store', 'Content-Type', 'text/html; charset=utf-8'];

/** As nearly every page is ASCII, which is the same bytes in Latin-1: sent as such a page needs no conversion. */
export function endWith(response: ServerResponse, html: string, length: number): void {
  response.end(html, length === html.length ? 'latin1' : 'utf8');
}
