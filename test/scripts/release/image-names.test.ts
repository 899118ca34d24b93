import { expect } from 'chai';
import { imageLabels } from '../../../scripts/release/build-images.ts';
import { digestReference, imageName, imageReference, platformReference } from '../../../scripts/release/image-names.ts';

const where = { registry: 'ghcr.io/somebody', tag: '1.2.3' };

describe('the names of published images', () => {
  it('begin with the registry of whoever publishes them', () => {
    expect(imageName(where, 'operator')).to.equal('ghcr.io/somebody/vacation-operator');
    expect(imageReference(where, 'webapp')).to.equal('ghcr.io/somebody/vacation-webapp:1.2.3');
    expect(platformReference(where, 'webapp', 'arm64')).to.equal('ghcr.io/somebody/vacation-webapp:1.2.3-arm64');
  });

  it('end with a digest where what is meant must not change', () => {
    const image = {
      app: 'operator',
      name: 'ghcr.io/somebody/vacation-operator',
      tag: '1',
      digest: 'sha256:a',
    } as const;
    expect(digestReference(image)).to.equal('ghcr.io/somebody/vacation-operator@sha256:a');
  });
});

describe('the labels of published images', () => {
  it('say from which sources they were built', () => {
    expect(imageLabels({ source: 'https://example.org/repository' }, '1.2.3', 'abc')).to.deep.equal({
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.revision': 'abc',
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.source': 'https://example.org/repository',
    });
  });

  it('do not guess where the sources are', () => {
    expect(imageLabels({ source: undefined }, '1', 'a')).not.to.have.property('org.opencontainers.image.source');
  });
});
