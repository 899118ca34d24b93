import { expect } from 'chai';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { copiedPaths } from '../../../scripts/cluster/dockerfile.ts';
import { root } from '../../../scripts/cluster/paths.ts';

for (const app of ['operator', 'webapp']) {
  describe(`Dockerfile.${app}`, () => {
    const dockerfile = readFileSync(join(root, `Dockerfile.${app}`), 'utf8');
    const lastStage = dockerfile.split(/^FROM /m).at(-1) ?? '';

    it('copies only what is there and what the build context lets through', () => {
      const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
      for (const path of copiedPaths(dockerfile)) {
        expect(existsSync(join(root, path)), path).to.equal(true);
        expect(allowed, path).to.include(`!${path.split('/')[0] ?? ''}`);
      }
    });

    it('takes its base from an argument whose default is the official image, pinned by version', () => {
      expect(dockerfile).to.match(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-\w+-slim$/m);
      expect(dockerfile.match(/^FROM (\S+)/gm)?.filter((from) => from.includes(':'))).to.deep.equal([]);
    });

    it('runs nothing in its last stage, where settings mounted for a build might stay behind', () => {
      expect(lastStage).not.to.match(/^RUN /m);
    });

    it('ends with a user that is not root, named by number so that runAsNonRoot can tell', () => {
      expect(lastStage).to.match(/^USER 1000$/m);
    });
  });
}

describe("the image of the operator's apps", () => {
  it("is an argument of the build of the operator's image, and then in its environment", () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile.operator'), 'utf8');
    const lastStage = dockerfile.split(/^FROM /m).at(-1) ?? '';
    expect(lastStage).to.match(/^ARG WEBAPP_IMAGE\nENV WEBAPP_IMAGE=\$\{WEBAPP_IMAGE\}$/m);
  });

  it('is in no source, with no registry of the operator’s image either', () => {
    const files = globSync(
      ['config/**/*.yaml', 'crds/*.yaml', 'operator/**/*.ts', 'scripts/**/*.ts', 'docs/**/*.md', '*.md'],
      {
        cwd: root,
        exclude: ['**/node_modules/**'],
      },
    );
    expect(files).to.have.length.above(100);
    const named = files.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(/[\w.-]+\/vacation-(?:operator|webapp)[:@]\S*/g)].map(([name]) => `${file}: ${name}`);
    });
    // REGISTRY and OWNER stand for the reader’s own.
    expect(named.filter((name) => !/: (?:REGISTRY|OWNER|localhost)\//.test(name))).to.deep.equal([]);
  });
});
