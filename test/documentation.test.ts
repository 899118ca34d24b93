import { expect } from 'chai';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { root } from '../scripts/cluster/paths.ts';

const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root }).map((path) => path.split(sep).join('/'))];
/** Their last column names the tests that prove each row. */
const PROOFS = ['docs/proofs.md', 'docs/security.md'];

const MOST_COLUMNS = 5;
const MOST_CHARACTERS = 100;

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the documentation', () => {
  it('links only to files and headings that there are', () => {
    expect(pages).to.have.length.above(10);
    expect(pages.flatMap((page) => brokenLinks(page, read(page)))).to.deep.equal([]);
  });

  it('has every page in its index', () => {
    const index = linksIn(read('docs/README.md')).map((link) => normalize(`docs/${link.split('#')[0] ?? ''}`));
    expect(index).to.include.members(pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md'));
  });

  it('has tables that fit a page', () => {
    const narrow = pages.filter((page) => !PROOFS.includes(page));
    expect(narrow.flatMap((page) => wideCells(read(page)).map((cell) => `${page}: ${cell}`))).to.deep.equal([]);
  });

  it('would notice a broken link and a wide table', () => {
    expect(
      brokenLinks('docs/use.md', '[a](none.md) [b](use.md#none) [c](use.md#scaling) [d](https://x.y)'),
    ).to.deep.equal(['docs/use.md: none.md', 'docs/use.md: use.md#none']);
    const row = (...cells: string[]) => `| ${cells.join(' | ')} |\n`;
    expect(wideCells(row('a', `[${'b'.repeat(99)}](${'c'.repeat(99)})`, 'd'.repeat(101)))).to.have.length(1);
    expect(wideCells(row('a', 'b', 'c', 'd', 'e', 'f'))).to.have.length(1);
  });
});

function brokenLinks(page: string, markdown: string): string[] {
  return linksIn(markdown)
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsIn(read(target)).includes(anchor);
    })
    .map((link) => `${page}: ${link}`);
}

const linksIn = (markdown: string): string[] =>
  [
    ...withoutCode(markdown)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/(?:\]\(|src=")(?![a-z]+:)([^)"\s]+)/g),
  ].map(([, link = '']) => link);

/** As GitHub makes them of headings. */
const anchorsIn = (markdown: string): string[] =>
  [...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const withoutCode = (markdown: string): string => markdown.replace(/^```.*?^```/gms, '');

/** The cells that are too long as they are shown, and the rows that have too many. */
function wideCells(markdown: string): string[] {
  const rows = withoutCode(markdown)
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-: |]+$/.test(line));
  return rows.flatMap((row) => {
    const cells = row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    return cells.length > MOST_COLUMNS ? [row] : cells.filter((cell) => cell.length > MOST_CHARACTERS);
  });
}
