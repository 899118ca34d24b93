import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { compileAsync } from 'sass';

/**
 * Puts what the web application reads at run time beside its compiled code: templates, style sheet, images, lists. An application that runs
 * from there meanwhile finds its files all the time: those that have not changed are not written, and others go last.
 */
export async function buildAssets(): Promise<void> {
  const views = readdirSync(new URL('views/', SOURCE), { recursive: true, encoding: 'utf8' });
  const templates = views.filter((name) => name.endsWith('.ejs')).map((name) => `views/${name}`);
  for (const name of [...templates, 'accounts/common-passwords.txt']) {
    mkdirSync(new URL('./', new URL(name, TARGET)), { recursive: true });
    writeChanged(new URL(name, TARGET), readFileSync(new URL(name, SOURCE)));
  }
  removeOthers(new URL('views/', TARGET), views);

  const folder = new URL('public/', TARGET);
  mkdirSync(folder, { recursive: true });
  const manifest: Record<string, string> = {};
  const published = ['manifest.json'];
  const publish = (name: string, body: Buffer) => {
    const built = UNHASHED.has(name) ? name : hashedName(name, body);
    if (built !== name) manifest[name] = built;
    published.push(...write(folder, built, body));
  };
  const images = readdirSync(new URL('public/', SOURCE));
  for (const name of images) publish(name, readFileSync(new URL(`public/${name}`, SOURCE)));
  publish('app.css', await styleSheet(manifest));
  writeChanged(new URL('manifest.json', folder), Buffer.from(JSON.stringify(manifest)));
  removeOthers(folder, published);
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

/** Writes the file and its compressed copies, where they are not there as they should be, and returns their names. */
function write(folder: URL, name: string, body: Buffer): string[] {
  const hasChanged = writeChanged(new URL(name, folder), body);
  if (body.length < 1000) return [name];
  const copies = { [`${name}.br`]: brotliCompressSync, [`${name}.gz`]: bestGzip };
  for (const [copy, compress] of Object.entries(copies)) {
    if (hasChanged || !existsSync(new URL(copy, folder))) writeFileSync(new URL(copy, folder), compress(body));
  }
  return [name, ...Object.keys(copies)];
}

/** Whether it was another, or not there. */
function writeChanged(file: URL, body: Buffer): boolean {
  if (existsSync(file) && readFileSync(file).equals(body)) return false;
  writeFileSync(file, body);
  return true;
}

const bestGzip = (body: Buffer): Buffer => gzipSync(body, { level: 9 });

function removeOthers(folder: URL, names: readonly string[]): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!names.includes(name)) rmSync(new URL(name, folder), { recursive: true, force: true });
  }
}

if (import.meta.main) await buildAssets();
