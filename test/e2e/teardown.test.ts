import { expect } from 'chai';
import { hostState, leftBehind } from '../support/host-state.ts';
import { world } from './world.ts';

// mocha runs the files in the order of their names: this one must be the last, as nothing can follow it.
describe('a cluster that is taken down', () => {
  it('leaves no process, mount, network device, route, rule or cgroup behind', async () => {
    const { before, ...there } = world();
    const during = await hostState();
    expect(leftBehind(before, during, during)).not.to.deep.equal([]);
    await there.browser.close();
    await there.remove();
    const left = leftBehind(before, during, await hostState());
    expect(left).to.deep.equal([]);
  });
});
