import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface AssetFile {
  readonly name: string;
  /** Its name changes with its content. */
  readonly hashed: boolean;
  /** The compressed copies beside it. */
  readonly encodings: readonly Encoding[];
}

interface Encoding {
  /** As in Content-Encoding. */
  readonly name: string;
  readonly suffix: string;
}

export interface Assets {
  readonly folder: string;
  readonly files: readonly AssetFile[];
  /** The path of the file that was built from this source name. */
  url(name: string): string;
}

/** Reads what build-assets.ts made. `manifest.json` maps each source name to its built file. */
export function loadAssets(folder = new URL('../public/', import.meta.url)): Assets {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Readonly<
    Record<string, string>
  >;
  const hashed = new Set(Object.values(manifest));
  const names = readdirSync(folder).filter((name) => name !== 'manifest.json' && !/\.(br|gz)$/.test(name));
  return {
    folder: fileURLToPath(folder),
    files: names.map((name) => ({
      name,
      hashed: hashed.has(name),
      encodings: ENCODINGS.filter(({ suffix }) => existsSync(new URL(name + suffix, folder))),
    })),
    url: (name) => {
      const built = manifest[name];
      if (built === undefined) throw new Error(`No asset was built from ${name}`);
      return `/${built}`;
    },
  };
}

/** Smallest first. */
const ENCODINGS: readonly Encoding[] = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
];
