import { expect } from 'chai';
import { limitArguments } from '../../../scripts/cluster/builder.ts';

describe('the limits of a build', () => {
  it('are those of the process that starts it', () => {
    expect(limitArguments('NOFILE 1024 20000\nNPROC 96551 unlimited\n')).to.deep.equal([
      '--ulimit=nofile=1024:20000',
      '--ulimit=nproc=96551:-1',
    ]);
  });
});
