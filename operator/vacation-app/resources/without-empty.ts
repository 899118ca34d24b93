/** Texts by name. Any other empty object says something: `emptyDir`, a selector of everything. */
const MAPS = new Set(['annotations', 'labels', 'limits', 'matchLabels', 'nodeSelector', 'requests']);

/** Without the empty lists and maps, which the API server does not keep: what is there would never be as desired. */
export function withoutEmpty<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutEmpty) as T;
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, part]) => !isEmpty(name, part));
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutEmpty(part as unknown)])) as T;
}

function isEmpty(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return MAPS.has(name) && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
