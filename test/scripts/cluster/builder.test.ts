import { expect } from 'chai';
import { limitArguments } from '../../../scripts/cluster/builder.ts';

describe('the limits of a build', () => {
  for (const [what, limits, limit] of [
    ['are those of the process that starts it', 'NOFILE 4096\nNPROC 4096\n', 4096],
    ['are no larger than a build needs', 'NOFILE 1048576\nNPROC 96551\n', 32768],
    ['have an end', 'NOFILE unlimited\nNPROC unlimited\n', 32768],
  ] satisfies [string, string, number][]) {
    it(what, () => {
      const wanted = [`--ulimit=nofile=${limit}:${limit}`, `--ulimit=nproc=${limit}:${limit}`];
      expect(limitArguments(limits)).to.deep.equal(wanted);
    });
  }
});
