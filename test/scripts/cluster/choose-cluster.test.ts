import { expect } from 'chai';
import { chooseCluster, type Machine } from '../../../scripts/cluster/choose-cluster.ts';
import { UnavailableError } from '../../../scripts/cluster/unavailable.ts';

function aMachine(overrides: Partial<Machine> = {}): Machine {
  return { context: undefined, engine: undefined, hasKind: false, platform: 'linux', isRoot: false, ...overrides };
}

describe('the choice of a cluster', () => {
  it('is the context that was asked for, before anything else', () => {
    const machine = aMachine({ context: 'prod', engine: 'docker', hasKind: true, isRoot: true });
    expect(chooseCluster(machine)).to.deep.equal({ kind: 'existing', context: 'prod' });
  });

  it('is kind where an engine answers and kind is installed', () => {
    const machine = aMachine({ engine: 'podman', hasKind: true, isRoot: true });
    expect(chooseCluster(machine)).to.deep.equal({ kind: 'kind', engine: 'podman' });
  });

  for (const [what, overrides] of [
    ['no engine answers', { hasKind: true }],
    ['kind is not installed', { engine: 'docker' }],
  ] satisfies [string, Partial<Machine>][]) {
    it(`is the built-in one for root on Linux where ${what}`, () => {
      expect(chooseCluster(aMachine({ ...overrides, isRoot: true }))).to.deep.equal({ kind: 'built-in' });
    });
  }

  for (const [what, overrides, words] of [
    ['without root on Linux', {}, 'run this as root'],
    ['without kind beside an engine', { engine: 'docker' }, 'docker answers, but kind is not installed'],
    ['on macOS without an engine', { platform: 'darwin', isRoot: true }, 'needs Linux, and this is darwin'],
  ] satisfies [string, Partial<Machine>, string][]) {
    it(`is refused ${what}, in one sentence that says what to install`, () => {
      const choose = () => chooseCluster(aMachine(overrides));
      expect(choose).to.throw(UnavailableError, words);
      expect(choose).to.throw(/^[^\n]*\binstall\b[^\n]*\.$/);
    });
  }
});
