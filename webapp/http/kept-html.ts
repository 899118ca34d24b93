/** HTML and, at every second place, the name of what belongs there. */
export type KeptHtml = readonly string[];

/** Stands in a page for what is filled in later. */
export function place(name: string): string {
  return MARK + name + MARK;
}

export function keptHtml(html: string): KeptHtml {
  // copied: a part that is cut out of a text keeps all of it
  return html.split(PLACE).map((part) => Buffer.from(part).toString());
}

export function filledIn(html: KeptHtml, values: Readonly<Record<string, string>>): string {
  let filled = html[0] ?? '';
  for (let at = 1; at < html.length; at += 2) filled += (values[html[at] ?? ''] ?? '') + (html[at + 1] ?? '');
  return filled;
}

/** A character that no page may have; of Latin-1, or the whole text would take twice the room and thrice the time. */
const MARK = '\u{1}';
const PLACE = new RegExp(`${MARK}(\\w+)${MARK}`);
