import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
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
