/** Messages by field name, in the order of the form; empty when all is well. */
export type FieldErrors = Readonly<Record<string, string>>;

export function hasErrors(errors: FieldErrors): boolean {
  return Object.keys(errors).length > 0;
}

export const REQUIRED = 'This field is required.';

/** The name that a field has in HTML: `departureDate` is `departure_date` there. Code that is not HTML knows only the first. */
export function htmlName(field: string): string {
  return field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

/** One field of a posted form. What is missing, repeated or not text is the empty string: rules see nothing else. */
export function textOf(body: unknown, field: string): string {
  const name = htmlName(field);
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return '';
  const value = (body as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}

/** A line that people type: without the blanks round it, and in one of the ways that Unicode can write it. */
export function lineOf(body: unknown, field: string): string {
  return textOf(body, field).normalize('NFC').trim();
}
