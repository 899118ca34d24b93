import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../scripts/cluster/paths.ts';
import { generatedPages } from '../../../scripts/docs/pages.ts';

describe('the generated pages of docs/', () => {
  it('are as `npm run docs` writes them', async () => {
    for (const [path, text] of Object.entries(await generatedPages())) {
      expect(await readFile(join(root, path), 'utf8'), `${path}: run npm run docs`).to.equal(text);
    }
  });
});
