import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { compileAsync } from 'sass';

/** Puts what the web application reads at run time beside its compiled code: templates, style sheet, images, lists. */
export async function buildAssets(): Promise<void> {
  for (const name of ['views', 'accounts/common-passwords.txt']) {
    rmSync(new URL(name, TARGET), { recursive: true, force: true });
    cpSync(new URL(name, SOURCE), new URL(name, TARGET), { recursive: true });
  }
  const folder = new URL('public/', TARGET);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });

  const manifest: Record<string, string> = {};
  const publish = (name: string, body: Buffer) => {
    const built = UNHASHED.has(name) ? name : hashedName(name, body);
    if (built !== name) manifest[name] = built;
    write(folder, built, body);
  };
  const images = readdirSync(new URL('public/', SOURCE));
  for (const name of images) publish(name, readFileSync(new URL(`public/${name}`, SOURCE)));
  publish('app.css', await styleSheet(manifest));
  writeFileSync(new URL('manifest.json', folder), JSON.stringify(manifest));
}

const SOURCE = new URL('./', import.meta.url);
const TARGET = new URL('../dist/webapp/', import.meta.url);

/** Asked for by name by browsers and robots. */
const UNHASHED = new Set(['favicon.ico', 'robots.txt']);

async function styleSheet(manifest: Readonly<Record<string, string>>): Promise<Buffer> {
  const { css } = await compileAsync(fileURLToPath(new URL('styles/app.scss', SOURCE)), {
    style: 'compressed',
    loadPaths: [fileURLToPath(new URL('../node_modules', SOURCE))],
    quietDeps: true,
    // Bootstrap 5.3 still uses @import, as do those who change its variables
    silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
  });
  return Buffer.from(css.replace(/url\("?\/([\w.-]+)"?\)/g, (_url, name: string) => `url(/${manifest[name] ?? name})`));
}

function hashedName(name: string, body: Buffer): string {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
  return `${basename(name, extname(name))}.${hash}${extname(name)}`;
}

function write(folder: URL, name: string, body: Buffer): void {
  writeFileSync(new URL(name, folder), body);
  if (body.length < 1000) return;
  writeFileSync(new URL(`${name}.br`, folder), brotliCompressSync(body));
  writeFileSync(new URL(`${name}.gz`, folder), gzipSync(body, { level: 9 }));
}

if (import.meta.main) await buildAssets();
