import { expect } from 'chai';
import { cacheKey } from '../../../scripts/cluster/cache-key.ts';
import { copiedPaths } from '../../../scripts/cluster/dockerfile.ts';
import { cacheFolder } from '../../../scripts/cluster/paths.ts';

describe('the key of what is cached', () => {
  it('stays the same whatever order the inputs come in', () => {
    expect(cacheKey({ a: '1', b: '2' })).to.equal(cacheKey({ b: '2', a: '1' }));
  });

  it('is the same for text and for the same bytes', () => {
    expect(cacheKey({ a: 'ž' })).to.equal(cacheKey({ a: Buffer.from('ž') }));
  });

  const base = cacheKey({ a: '1', b: '2' });
  for (const [what, inputs] of [
    ['a content', { a: '1', b: '3' }],
    ['a name', { a: '1', c: '2' }],
    ['the number of inputs', { a: '1' }],
    ['where one content ends and the next begins', { a: '12', b: '' }],
    ['what looks like a further input inside a content', { a: '1b\x002' }],
  ] satisfies [string, Record<string, string>][]) {
    it(`changes with ${what}`, () => {
      expect(cacheKey(inputs)).not.to.equal(base);
    });
  }
});

describe('the cache folder', () => {
  it('is under XDG_CACHE_HOME where that is an absolute path', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' })).to.equal('/var/cache/me/interstellar-vacation');
  });

  it('is under .cache in the home folder otherwise', () => {
    for (const env of [{}, { XDG_CACHE_HOME: '' }, { XDG_CACHE_HOME: 'relative' }]) {
      expect(cacheFolder(env)).to.match(/^\/.*\/\.cache\/interstellar-vacation$/);
    }
  });
});

describe('what a Dockerfile copies', () => {
  it('is what COPY and ADD name but for their target, each once, without flags', () => {
    const dockerfile = `
      FROM scratch AS build
      COPY package.json package-lock.json ./
      COPY --chown=node:node operator/ operator/
      add package.json .
    `;
    expect(copiedPaths(dockerfile)).to.deep.equal(['operator', 'package-lock.json', 'package.json']);
  });

  it('leaves out what comes from another stage, and what is commented out', () => {
    expect(copiedPaths('COPY --from=build /app ./\n# COPY secrets ./\nRUN echo COPY a b\n')).to.deep.equal([]);
  });

  it('goes on over continued lines', () => {
    expect(copiedPaths('COPY a \\\n  b \\\n  ./\n')).to.deep.equal(['a', 'b']);
  });
});
