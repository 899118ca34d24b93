/** Messages by field name, in the order of the form. Empty if the form breaks no rule. */
export type FieldErrors = Readonly<Record<string, string>>;

export function hasErrors(errors: FieldErrors): boolean {
  return Object.keys(errors).length > 0;
}

export const REQUIRED = 'This field is required.';

/** The name of a field in HTML and in links: `departure_date` for `departureDate`. The rest of the code knows only the second. */
export function htmlName(field: string): string {
  return field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

/** One field of a form or query. A missing or repeated field, or one that is not text, counts as empty. */
export function textOf(body: unknown, field: string): string {
  const name = htmlName(field);
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return '';
  const value = (body as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}

/** The search of a link that fills in these fields, as `textOf` reads them. Fields without a value are left out. */
export function searchOf(fields: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [[htmlName(field), value]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

/** A line that people type, without blanks at its ends, and normalized, because Unicode can write one letter in several ways. */
export function lineOf(body: unknown, field: string): string {
  return textOf(body, field).normalize('NFC').trim();
}
