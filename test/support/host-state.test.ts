import { expect } from 'chai';
import { type HostState, leftBehind } from './host-state.ts';

const clean: HostState = {
  processes: [],
  mounts: ['proc /proc'],
  devices: ['lo'],
  routes: [],
  rules: [],
  cgroups: ['/sys/fs/cgroup/cpu'],
};

describe('what a cluster leaves behind', () => {
  it('is nothing where the machine is as it was, or has less', () => {
    expect(leftBehind(clean, clean)).to.deep.equal([]);
    expect(leftBehind(clean, { ...clean, mounts: [] })).to.deep.equal([]);
  });

  it('is each thing that was not there before, under its kind', () => {
    const after = {
      ...clean,
      processes: ['7 etcd'],
      devices: ['lo', 'iv-e2e'],
      cgroups: [...clean.cgroups, '/sys/fs/cgroup/cpu/iv-e2e'],
    };
    expect(leftBehind(clean, after)).to.deep.equal([
      'processes: 7 etcd',
      'devices: iv-e2e',
      'cgroups: /sys/fs/cgroup/cpu/iv-e2e',
    ]);
  });
});
