/** HTML and, at every second place, the name of what belongs there. */
export type KeptHtml = readonly string[];

/** Stands in a page for what is filled in later. */
export function place(name: string): string {
  return MARK + name + MARK;
}

export function keptHtml(html: string): KeptHtml {
  // copied: parts of a text with the mark in it would be kept, and sent, with two bytes for each character
  return html.split(PLACE).map((part) => Buffer.from(part).toString());
}

export function filledIn(html: KeptHtml, values: Readonly<Record<string, string>>): string {
  let filled = html[0] ?? '';
  for (let at = 1; at < html.length; at += 2) filled += (values[html[at] ?? ''] ?? '') + (html[at + 1] ?? '');
  return filled;
}

/** A character that stands in no template and in no setting. */
const MARK = '\u{f8ff}';
const PLACE = new RegExp(`${MARK}(\\w+)${MARK}`);
