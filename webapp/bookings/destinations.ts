export interface Destination {
  /** Stored with each departure, so it must never change. The name may. */
  readonly id: string;
  readonly name: string;
  /** Places on each departure date. */
  readonly capacity: number;
}

export const DEFAULT_DESTINATIONS: readonly Pick<Destination, 'id' | 'name'>[] = [
  { id: 'proxima-centauri', name: 'Proxima Centauri System' },
  { id: 'trappist-1', name: 'TRAPPIST-1 System' },
  { id: 'kepler-1649', name: 'Kepler-1649 System' },
  { id: 'teegardens-star', name: "Teegarden's Star System" },
  { id: 'kepler-452', name: 'Kepler-452 System' },
];

/** Reads `[{"id":"trappist-1","name":"TRAPPIST-1 System","capacity":8}]`. Returns a fault as the end of a sentence. */
export function parseDestinations(json: string, defaultCapacity: number): readonly Destination[] | string {
  const list = parsedJson(json);
  if (!Array.isArray(list)) return 'must be a JSON array of objects with id, name and, where it differs, capacity.';
  if (list.length === 0) return 'must name at least one destination.';
  const destinations: Destination[] = [];
  for (const [index, item] of list.entries()) {
    const destination = destinationOf(item, defaultCapacity);
    if (typeof destination === 'string') return `has a mistake in entry ${index + 1}: ${destination}`;
    if (destinations.some(({ id }) => id === destination.id)) return `names the id ${destination.id} twice.`;
    if (destinations.some(({ name }) => name === destination.name)) return `uses the name ${destination.name} twice.`;
    destinations.push(destination);
  }
  return destinations;
}

function destinationOf(item: unknown, defaultCapacity: number): Destination | string {
  if (typeof item !== 'object' || item === null) return 'it must be an object.';
  const { id, name, capacity = defaultCapacity } = item as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) {
    return 'its id must be lower-case letters, digits and dashes, at most 63.';
  }
  if (typeof name !== 'string' || name.trim() === '' || name.length > 80)
    return 'its name must have 1 to 80 characters.';
  if (typeof capacity !== 'number' || !Number.isInteger(capacity) || capacity < 1 || capacity > 60_000) {
    return 'its capacity must be a whole number from 1 to 60000.';
  }
  return { id, name: name.trim(), capacity };
}

function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
