import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

export interface AssetFile {
  readonly type: string;
  readonly hashed: boolean;
  readonly body: Buffer;
  readonly encodings: { readonly br?: Buffer; readonly gzip?: Buffer };
}

export interface Assets {
  /** The path of the file that was built from this source name. */
  url(name: string): string;
  file(path: string): AssetFile | undefined;
}

/** Reads what build-assets.ts made: `manifest.json` tells which file stands for which source. */
export function loadAssets(folder = new URL('../public/', import.meta.url)): Assets {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Readonly<
    Record<string, string>
  >;
  const hashed = new Set(Object.values(manifest));
  const files = new Map<string, AssetFile>();
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined || name === 'manifest.json') continue;
    const compressed = (suffix: string) => {
      const url = new URL(name + suffix, folder);
      return existsSync(url) ? readFileSync(url) : undefined;
    };
    const [br, gzip] = [compressed('.br'), compressed('.gz')];
    files.set(`/${name}`, {
      type,
      hashed: hashed.has(name),
      body: readFileSync(new URL(name, folder)),
      encodings: { ...(br && { br }), ...(gzip && { gzip }) },
    });
  }
  return {
    file: (path) => files.get(path),
    url: (name) => {
      const built = manifest[name];
      if (built === undefined) throw new Error(`No asset was built from ${name}`);
      return `/${built}`;
    },
  };
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
};
