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
  const during = {
    ...clean,
    processes: ['7 etcd'],
    devices: ['lo', 'iv-e2e'],
    cgroups: [...clean.cgroups, '/sys/fs/cgroup/cpu/iv-e2e'],
  };

  it('is nothing where the machine is as it was, or has less', () => {
    expect(leftBehind(clean, during, clean)).to.deep.equal([]);
    expect(leftBehind(clean, during, { ...clean, mounts: [] })).to.deep.equal([]);
  });

  it('is each thing that came with it and did not go, under its kind', () => {
    expect(leftBehind(clean, during, during)).to.deep.equal([
      'processes: 7 etcd',
      'devices: iv-e2e',
      'cgroups: /sys/fs/cgroup/cpu/iv-e2e',
    ]);
  });

  it('is no process in namespaces that were there before', () => {
    const [known, probe] = ['mnt:[1] net:[2] pid:[3] mysqld', 'mnt:[1] net:[2] pid:[3] mysqladmin ping'];
    const before = { ...clean, processes: [known] };
    const after = { ...clean, processes: [known, probe] };
    expect(leftBehind(before, after, after)).to.deep.equal([]);
    expect(leftBehind(clean, after, after)).to.have.length(2);
  });

  it('is not what others made meanwhile', () => {
    expect(leftBehind(clean, during, { ...clean, devices: ['lo', 'docker0'] })).to.deep.equal([]);
  });
});
