import { createHash } from 'node:crypto';

/** A short name for what something is made from; differs when any name or content does, whatever order they come in. */
export function cacheKey(inputs: Readonly<Record<string, string | Buffer>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(inputs).toSorted()) {
    const content = Buffer.from(inputs[name] ?? '');
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}
