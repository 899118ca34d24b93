import { expect } from 'chai';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { createReviews } from '../../../../operator/status-page/access/reviews.ts';
import { inTurn } from '../../../../operator/status-page/access/turns.ts';

describe('a review', () => {
  it('without an answer is refused with 503 and its cause, whatever the API server said', async () => {
    for (const cause of [new ApiError(403, 'Forbidden', 'no right'), new Error('no connection')]) {
      const reviews = createReviews({ request: () => Promise.reject(cause) });
      const question = { verb: 'get', namespace: 'a', name: 'b' } as const;
      for (const asked of [reviews.userOf('t'), reviews.mayUser({ username: 'jane' }, question), reviews.mayReview()]) {
        const error: unknown = await asked.catch((thrown: unknown) => thrown);
        expect(error).to.include({ name: 'RefusedError', status: 503, cause });
      }
    }
  });

  it('waits for its turn, and is refused where too many wait', async () => {
    const turn = inTurn(1, 1);
    const finish: (() => void)[] = [];
    const review = (): Promise<void> => new Promise((resolve) => finish.push(resolve));
    const [first, second, third] = [turn(review), turn(review), turn(review)];
    expect(await third.catch((error: unknown) => error)).to.include({ status: 503 });
    expect(finish).to.have.length(1);
    finish[0]?.();
    await first;
    await Promise.resolve();
    expect(finish).to.have.length(2);
    finish[1]?.();
    await second;
  });
});
