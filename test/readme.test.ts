import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../scripts/cluster/paths.ts';
import { commandsIn, readReadme } from './support/readme.ts';

/** The sections with commands, and what runs them as they stand there. */
const RUN_BY = {
  'Two commands': ['test/e2e/demo.test.ts', '.ci/run'],
  'What to try next': ['test/e2e/readme.test.ts'],
  'On a real cluster': ['test/e2e/install.ts', 'test/e2e/readme.test.ts'],
  'Working on it': ['test/integration/operator/commands.test.ts', 'test/integration/webapp/commands.test.ts'],
};

/** `npm version` runs `version`; a test says when to run `chart`. */
const RUN_BY_OTHERS = new Set(['version', 'chart']);

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
      [...readme.matchAll(/`(?:npm run )?((?:test|demo|dev|start|build|migrate|format|docs)(?::[a-z0-9]+)?)`/g)]
        .map(([, name = '']) => name)
        .concat(commandsIn(readme).flatMap((line) => /^npm (?:run )?([a-z0-9:]+)/.exec(line)?.[1] ?? [])),
    );
    expect(Object.keys(scripts)).to.include.members([...named]);
    expect([...named]).to.include.members(Object.keys(scripts).filter((name) => !RUN_BY_OTHERS.has(name)));
  });

  it('has commands only where a test runs them', async () => {
    const readme = await readReadme();
    const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    const withCommands = headings.filter((heading) => commandsIn(readme, heading).length > 0);
    expect(withCommands).to.deep.equal(Object.keys(RUN_BY));
    expect(
      Object.values(RUN_BY)
        .flat()
        .filter((file) => !existsSync(join(root, file))),
    ).to.deep.equal([]);
  });

  it('finds commands in blocks, without their comments', () => {
    const text = '# A\n\n## One\n\n```sh\na b   # c\n\nd\n```\n\n## Two\n\n```sh\ne\n```\n';
    expect(commandsIn(text)).to.deep.equal(['a b', 'd', 'e']);
    expect(commandsIn(text, 'Two')).to.deep.equal(['e']);
  });
});
