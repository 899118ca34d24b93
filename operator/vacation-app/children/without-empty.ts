/** Maps of strings. Other empty objects have a meaning, e.g. `emptyDir: {}` or a selector of everything. */
const MAPS = new Set(['annotations', 'labels', 'limits', 'matchLabels', 'nodeSelector', 'requests']);

/** Removes empty lists and maps. The API server drops them, so the live object would always differ from the desired one. */
export const withoutEmpty = <T>(value: T): T => (holdsEmpty(value) ? (stripped(value) as T) : value);

/** Checked first to avoid a copy, because most objects contain none. */
function holdsEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsEmpty);
  for (const name in value) {
    const part = (value as Readonly<Record<string, unknown>>)[name];
    if (isEmpty(name, part) || holdsEmpty(part)) return true;
  }
  return false;
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== 'object' || value === null) return value;
  const filled = Object.entries(value).filter(([name, part]) => !isEmpty(name, part));
  return Object.fromEntries(filled.map(([name, part]) => [name, stripped(part)]));
}

function isEmpty(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return MAPS.has(name) && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
