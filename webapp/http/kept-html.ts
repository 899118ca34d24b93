import { randomUUID } from 'node:crypto';

/** HTML and, at every second place, the name of what belongs there. */
export type KeptHtml = readonly string[];

/** Stands in a page for what is filled in later. */
export function place(name: string): string {
  return MARK + name + MARK;
}

export function keptHtml(html: string): KeptHtml {
  return html.split(MARK);
}

export function filledIn(html: KeptHtml, values: Readonly<Record<string, string>>): string {
  let filled = html[0] ?? '';
  for (let at = 1; at < html.length; at += 2) filled += (values[html[at] ?? ''] ?? '') + (html[at + 1] ?? '');
  return filled;
}

/** In nobody's text, as nobody can guess it. */
const MARK = randomUUID();
