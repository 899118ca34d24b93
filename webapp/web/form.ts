/** Messages by field name, in the order of the form; empty when all is well. */
export type FieldErrors = Readonly<Record<string, string>>;

export function hasErrors(errors: FieldErrors): boolean {
  return Object.keys(errors).length > 0;
}

export const REQUIRED = 'This field is required.';

/** One field of a posted form. What is missing, repeated or not text is the empty string: rules see nothing else. */
export function textOf(body: unknown, field: string): string {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return '';
  const value = (body as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'string' ? value : '';
}

/** A line that people type: without the blanks round it, and in one of the ways that Unicode can write it. */
export function lineOf(body: unknown, field: string): string {
  return textOf(body, field).normalize('NFC').trim();
}
