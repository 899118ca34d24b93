import { expect } from 'chai';
import { named, sbomOf } from '../../../scripts/release/sbom.ts';

const image = {
  app: 'operator',
  name: 'ghcr.io/o/vacation-operator',
  tag: '1.2.0',
  digest: `sha256:${'a'.repeat(64)}`,
} as const;

describe('the SBOM of an image', () => {
  it('is of the image, not of the folder that it was built in', () => {
    const npm = { metadata: { component: { name: 'checkout', 'bom-ref': 'x' } }, components: [{ name: 'winston' }] };
    const { metadata, components } = named(npm, image);
    expect(metadata.component).to.deep.equal({
      name: 'ghcr.io/o/vacation-operator',
      version: '1.2.0',
      'bom-ref': 'x',
      purl: `pkg:oci/vacation-operator@sha256%3A${'a'.repeat(64)}?repository_url=ghcr.io%2Fo%2Fvacation-operator`,
    });
    expect(components).to.deep.equal(npm.components);
  });

  it('lists what runs, and nothing that only builds or tests', async () => {
    const { components } = JSON.parse(await sbomOf(image)) as { components: { name: string }[] };
    const names = components.map(({ name }) => name);
    expect(names).to.include.members(['@kubernetes/client-node', 'winston']);
    expect(names).not.to.include('typescript');
    expect(names).not.to.include('sequelize');
  });
});
