import { expect } from 'chai';
import { readOptions } from '../../../scripts/release/options.ts';

const REGISTRY = ['--registry', 'ghcr.io/somebody'];
const KEY = ['--key', 'cosign.key'];

function options(...args: string[]) {
  return readOptions(args, '1.2.3', 'amd64');
}

describe('the options of npm run release', () => {
  it('build and publish the version, for this architecture', () => {
    expect(options(...REGISTRY, ...KEY)).to.deep.equal({
      steps: ['build', 'publish'],
      registry: 'ghcr.io/somebody',
      tag: '1.2.3',
      architectures: ['amd64'],
      signer: { key: 'cosign.key' },
      source: undefined,
      plainHttp: false,
    });
  });

  it('take the owner of a repository in lower case, as registries want it', () => {
    expect(options('build', '--registry', 'ghcr.io/Some-Body').registry).to.equal('ghcr.io/some-body');
  });

  it('join the images of several architectures', () => {
    const { steps, architectures, signer } = options(
      'publish',
      ...REGISTRY,
      '--architectures',
      'amd64,arm64',
      '--identity',
      'https://workflow',
    );
    expect(steps).to.deep.equal(['publish']);
    expect(architectures).to.deep.equal(['amd64', 'arm64']);
    expect(signer).to.deep.equal({ identity: 'https://workflow' });
  });

  for (const [ref, tag] of [
    ['refs/heads/main', 'main'],
    ['refs/tags/v1.2.3', '1.2.3'],
  ] as const) {
    it(`tag ${ref} as ${tag}`, () => {
      expect(options('build', ...REGISTRY, '--ref', ref).tag).to.equal(tag);
    });
  }

  for (const [what, args, message] of [
    ['a tag of another version', ['build', ...REGISTRY, '--ref', 'refs/tags/v1.2.4'], /v1\.2\.3, the version/],
    ['another branch', ['build', ...REGISTRY, '--ref', 'refs/heads/feature'], /refs\/heads\/main/],
    ['no registry', ['build'], /--registry/],
    ['a registry without a namespace', ['build', '--registry', 'ghcr.io'], /--registry/],
    ['nobody who signs', ['publish', ...REGISTRY], /--key or --identity/],
    ['two who sign', ['publish', ...REGISTRY, ...KEY, '--identity', 'https://workflow'], /exclude/],
    ['an unknown step', ['sign', ...REGISTRY, ...KEY], /unknown step sign/],
    ['an unknown option', ['build', ...REGISTRY, '--latest'], /--latest/],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(() => options(...args)).to.throw(message);
    });
  }
});
