import { expect } from 'chai';
import { hostState, leftBehind } from '../support/host-state.ts';
import { eventually } from '../support/kubectl.ts';
import { world } from './world.ts';

describe('a cluster that is taken down', () => {
  it('leaves no process, mount, network device, route, rule or cgroup behind', async () => {
    const { before, ...there } = world();
    await there.browser.close();
    await there.remove();
    const left = await eventually(
      'nothing is left',
      20_000,
      async () => leftBehind(before, await hostState()),
      isEmpty,
    ).catch(async () => leftBehind(before, await hostState()));
    expect(left).to.deep.equal([]);
  });
});

const isEmpty = (list: readonly string[]) => list.length === 0;
