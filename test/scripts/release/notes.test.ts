import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/cluster/paths.ts';
import { changesOf, releaseNotes } from '../../../scripts/release/notes.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

- later

## [1.2.0] - 2026-01-02

### Added

- a thing

## [1.1.0] - 2026-01-01

- an older thing
`;

describe('the notes of a release', () => {
  it('are the part of the changelog that is about its version', () => {
    expect(changesOf(CHANGELOG, '1.2.0')).to.equal('### Added\n\n- a thing');
  });

  it('name the images by digest', () => {
    const image = { app: 'webapp', name: 'ghcr.io/o/vacation-webapp', tag: '1.2.0', digest: 'sha256:abc' } as const;
    const notes = releaseNotes(CHANGELOG, '1.2.0', [image]);
    expect(notes).to.match(/^### Added/);
    expect(notes).to.contain('`ghcr.io/o/vacation-webapp@sha256:abc`');
  });

  it('refuse a version that the changelog does not have', () => {
    expect(() => changesOf(CHANGELOG, '1.2')).to.throw('CHANGELOG.md has no part "## [1.2]"');
  });

  it('exist for the version of package.json', () => {
    const read = (file: string) => readFileSync(join(root, file), 'utf8');
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(changesOf(read('CHANGELOG.md'), version)).not.to.equal('');
  });
});
