import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from './cluster/paths.ts';
import { commandsIn, readReadme } from './support/readme.ts';

describe('the README', () => {
  it('links only to what is there', async () => {
    const links = [...(await readReadme()).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    expect(links).to.have.length.above(10);
    expect(links.filter((path) => !existsSync(join(root, path)))).to.deep.equal([]);
  });

  it('names only npm scripts that there are, and every one that people run', async () => {
    const readme = await readReadme();
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const named = new Set(
      [...readme.matchAll(/`(?:npm run )?((?:test|demo|dev|start|build|migrate|format)(?::[a-z0-9]+)?)`/g)]
        .map(([, name = '']) => name)
        .concat(commandsIn(readme).flatMap((line) => /^npm (?:run )?([a-z0-9:]+)/.exec(line)?.[1] ?? [])),
    );
    expect(Object.keys(scripts)).to.include.members([...named]);
    expect([...named]).to.include.members(Object.keys(scripts));
  });

  it('finds commands in blocks, without their comments', () => {
    const text = '# A\n\n## One\n\n```sh\na b   # c\n\nd\n```\n\n## Two\n\n```sh\ne\n```\n';
    expect(commandsIn(text)).to.deep.equal(['a b', 'd', 'e']);
    expect(commandsIn(text, 'Two')).to.deep.equal(['e']);
  });
});
