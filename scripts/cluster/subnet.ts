export interface Subnet {
  readonly host: string;
  readonly node: string;
}

/** The first /30 under 10.199 that no address or route of the host touches. */
export function freeSubnet(taken: readonly string[]): Subnet {
  const ranges = taken.map(rangeOf).filter((range) => range !== undefined);
  for (let third = 0; third < 256; third += 1) {
    const start = ((10 * 256 + 199) * 256 + third) * 256;
    const free = ranges.every(([from, to]) => to < start || from > start + 3);
    if (free) return { host: `10.199.${third}.1`, node: `10.199.${third}.2` };
  }
  throw new Error('every network from 10.199.0.0 to 10.199.255.0 is in use on this machine');
}

/** First and last address of `a.b.c.d` or `a.b.c.d/n`; undefined for anything else, such as `default`. */
function rangeOf(text: string): [number, number] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, a, b, c, d, prefix = '32'] = match;
  const size = 2 ** (32 - Number(prefix));
  const address = ((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d);
  const start = address - (address % size);
  return [start, start + size - 1];
}
