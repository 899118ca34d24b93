/** At most `count` attempts in a window that begins with the first. */
export interface Limit {
  readonly count: number;
  readonly seconds: number;
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const LONGEST_SECONDS = 30 * SECONDS.d;

/** Reads `10/1h` (units s, m, h, d; at most 30 days) or `off`. Undefined if the text is neither. */
export function parseLimit(text: string): Limit | 'off' | undefined {
  if (text === 'off') return 'off';
  const [, count, number, unit] = /^(\d{1,6})\/(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || number === undefined || unit === undefined) return undefined;
  const limit = { count: Number(count), seconds: Number(number) * SECONDS[unit as keyof typeof SECONDS] };
  return limit.count > 0 && limit.seconds > 0 && limit.seconds <= LONGEST_SECONDS ? limit : undefined;
}

/** The network that counts as one client: an IPv4 address, or the /64 of an IPv6 address, which one household or server has. */
export function networkOf(address: string | undefined): string {
  const [plain = ''] = (address ?? '').split('%');
  const asHost = `http://[${plain}]`;
  if (!URL.canParse(asHost)) return plain;
  const groups = groupsOf(new URL(asHost).hostname.slice(1, -1));
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return groups.slice(6).flatMap((group) => [group >> 8, group & 255]).join('.'); // prettier-ignore
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}

/** The eight groups of an address as URLs write it: hexadecimal throughout. */
function groupsOf(canonical: string): readonly number[] {
  const [head = '', tail] = canonical.split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [numbers(head), numbers(tail ?? '')];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** When to try again, in words. Rounded up, so that it is never too early. */
export function tooManyMessage(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const [number, unit] = minutes < 120 ? [minutes, 'minute'] : [Math.ceil(minutes / 60), 'hour'];
  return `Too many attempts. Please try again in ${number} ${unit}${number === 1 ? '' : 's'}.`;
}
