import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { askedTogether } from '../../../webapp/database/asked-together.ts';
import { DatabaseAwayError } from '../../../webapp/database/errors.ts';

describe('Questions asked together', () => {
  /** Answers in capitals, but for those that it is told to fail for; tells what it was asked. */
  function questions(fails: (group: readonly string[]) => Error | undefined = () => undefined) {
    const groups: (readonly string[])[] = [];
    const asked = askedTogether((group) => {
      groups.push(group);
      const error = fails(group);
      return error ? Promise.reject(error) : Promise.resolve((question: string) => question.toUpperCase());
    }, 3);
    return { groups, asked };
  }

  const outcomes = async (answers: readonly Promise<string>[]) =>
    (await Promise.allSettled(answers)).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)));

  it('are those of one turn, and the next ones do not wait for their answer', async () => {
    const { groups, asked } = questions();
    const first = [asked('a'), asked('b')];
    await turn();
    expect(groups).to.deep.equal([['a', 'b']]);
    const alone = asked('c');
    await turn();
    expect(groups).to.deep.equal([['a', 'b'], ['c']]);
    expect(await outcomes([...first, alone])).to.deep.equal(['A', 'B', 'C']);
  });

  it('are so many at once, and each has its own answer, asked twice or not', async () => {
    const { groups, asked } = questions();
    expect(await outcomes(['d', 'a', 'a', 'c', 'b'].map(asked))).to.deep.equal(['D', 'A', 'A', 'C', 'B']);
    expect(groups).to.deep.equal([
      ['d', 'a', 'a'],
      ['c', 'b'],
    ]);
  });

  it('are asked one by one where they fail, so that one alone fails for what it is', async () => {
    const { groups, asked } = questions((group) => (group.includes('b') ? new Error('b is odd') : undefined));
    expect(await outcomes(['a', 'b', 'c'].map(asked))).to.deep.equal(['A', 'Error: b is odd', 'C']);
    expect(groups).to.deep.equal([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  });

  it('are not asked again of a database that is away', async () => {
    const { groups, asked } = questions(() => new DatabaseAwayError());
    const away = 'DatabaseAwayError: The database is away';
    expect(await outcomes(['a', 'b'].map(asked))).to.deep.equal([away, away]);
    expect(groups).to.have.length(1);
  });
});
