import { globSync } from 'node:fs';
import { sep } from 'node:path';
import { root } from '../cluster/paths.ts';

const VERSION = String.raw`\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]*[0-9A-Za-z])?`;

/** What names the version of this product: its images, the archive of its chart, its labels, the chart's two fields, its tag. */
const PLACES = [
  new RegExp(String.raw`(\bvacation-(?:operator|webapp):)${VERSION}`, 'g'),
  new RegExp(String.raw`(\bvacation-operator-)${VERSION}(?=\.tgz)`, 'g'),
  new RegExp(String.raw`(\bapp\.kubernetes\.io\/version: )${VERSION}`, 'g'),
  new RegExp(String.raw`^((?:version|appVersion): )${VERSION}$`, 'gm'),
  new RegExp(String.raw`(\brefs/tags/v|\bgit tag v|\borigin v|--version )${VERSION}`, 'g'),
];

/** The files that name the version, as paths from the root. CHANGELOG.md names those of the past, and stays as it is. */
export function versionedFiles(): string[] {
  const patterns = ['*.md', 'docs/**/*.md', 'config/**/*.{yaml,md}', 'crds/*.yaml', '{.,operator,webapp}/package.json'];
  const files = globSync([...patterns, 'package-lock.json'], { cwd: root, exclude: ['CHANGELOG.md'] });
  return files.map((file) => file.split(sep).join('/')).toSorted();
}

/**
 * The text of that file with this version wherever it names one of the product.
 *
 * @throws Error for a version with build metadata, which neither a tag of an image nor a label may hold.
 */
export function versioned(file: string, text: string, version: string): string {
  if (!new RegExp(`^${VERSION}$`).test(version)) throw new Error(`${version} cannot be a tag, a label and a version`);
  if (file.endsWith('package-lock.json')) return lockOf(text, version);
  if (file.endsWith('package.json')) return text.replace(/^( {2}"version": )".*"/m, `$1"${version}"`);
  return PLACES.reduce((changed, place) => changed.replaceAll(place, `$1${version}`), text);
}

function lockOf(text: string, version: string): string {
  const lock = JSON.parse(text) as { version: string; packages: Record<string, { version?: string }> };
  lock.version = version;
  for (const name of ['', 'operator', 'webapp']) Object.assign(lock.packages[name] ?? {}, { version });
  return `${JSON.stringify(lock, null, 2)}\n`;
}
