import { expect } from 'chai';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { createReviews } from '../../../../operator/status-page/access/reviews.ts';

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
});
