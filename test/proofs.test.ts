import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/cluster/paths.ts';

/** Rows of the documents that say which test shows what: each test is there, under its title. */
describe('the lists of proofs', () => {
  for (const name of ['docs/proofs.md', 'docs/security.md']) {
    const sections = readFileSync(join(root, name), 'utf8').split('\n## ');
    const proving = sections.filter((section) => section.includes('`test/'));

    it(`${name} name only tests that there are`, () => {
      const proofs = proving.flatMap(proofsIn);
      expect(proofs).to.have.length.above(50);
      const missing = proofs.filter(({ file, title }) => !hasTest(file, title));
      expect(missing.map(({ file, title }) => `${file}: ${title}`)).to.deep.equal([]);
    });

    it(`${name} show every row of a list that shows anything`, () => {
      const rows = proving.flatMap((section) => rowsOf(section).slice(2));
      expect(rows.filter((row) => proofsIn(row).length === 0)).to.deep.equal([]);
    });
  }

  it('would notice a title that is no longer there', () => {
    const [proof] = proofsIn('| a promise | `test/proofs.test.ts`: would notice a title that was never there |');
    expect(proof && hasTest(proof.file, proof.title)).to.equal(false);
    expect(hasTest('test/proofs.test.ts', 'would notice a title that is no longer there')).to.equal(true);
  });
});

interface Proof {
  readonly file: string;
  readonly title: string;
}

function rowsOf(section: string): string[] {
  return section.split('\n').filter((line) => line.startsWith('|'));
}

function proofsIn(text: string): Proof[] {
  const matches = text.matchAll(/`(test\/[^`]+\.test\.ts)`: (.*?) *(?=<br>|\|$|\|\n|$)/gm);
  return [...matches].map(([, file = '', title = '']) => ({ file, title }));
}

/** A title, or the beginning or the end of one that the test puts together. */
function hasTest(file: string, title: string): boolean {
  const path = join(root, file);
  if (!existsSync(path)) return false;
  const lines = readFileSync(path, 'utf8').split('\n');
  return (
    lines.some((line) => /\bit\(/.test(line) && line.includes(title)) || lines.some((line) => startsTitle(line, title))
  );
}

/** Long titles stand on a line of their own. */
function startsTitle(line: string, title: string): boolean {
  const bare = line.trim();
  return /^['"`]/.test(bare) && bare.includes(title);
}
