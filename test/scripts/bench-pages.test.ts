import { join } from 'node:path';
import { expect } from 'chai';
import ejs from 'ejs';
import { fixedPages, PAGE_LOCALS } from '../bench/webapp/pages.ts';
import { root } from '../../scripts/cluster/paths.ts';

describe("the benchmark's minimal application", () => {
  for (const { path, view, data } of fixedPages(new Date('2030-01-05T12:00:00Z'))) {
    it(`knows all that the template of ${path} shows`, async () => {
      const locals = { ...PAGE_LOCALS, ...data, path, asset: (name: string) => `/${name}` };
      const html = await ejs.renderFile(join(root, 'dist/webapp/views', `${view}.ejs`), locals);
      expect(html).to.match(/<h1[\s\S]*<\/html>/);
    });
  }
});
