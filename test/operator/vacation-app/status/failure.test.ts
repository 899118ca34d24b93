import { expect } from 'chai';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { TerminalError } from '../../../../operator/runtime/queue/errors.ts';
import { Failures } from '../../../../operator/vacation-app/status/failure.ts';

describe('the failure of a reconcile', () => {
  const down = new ApiError(500, 'InternalError', 'failed calling webhook');
  let now: number;
  let failures: Failures;

  beforeEach(() => {
    now = 1_000;
    failures = new Failures({ now: () => now, after: () => () => undefined });
  });

  const tries = (count: number, everyMs: number, error: Error = down) => {
    let last;
    for (let index = 0; index < count; index += 1) {
      last = failures.of(error);
      now += everyMs;
    }
    return last;
  };

  it('has lasted when it did for more than a few tries and some seconds', () => {
    expect(tries(1, 0)).to.deep.equal({
      reason: 'ApplyFailed',
      message: down.message,
      isPassing: true,
      hasLasted: false,
    });
    expect(tries(9, 500)?.hasLasted, 'many tries within seconds').to.equal(false);
    expect(tries(3, 500)?.hasLasted).to.equal(true);
  });

  it('has not lasted after a few tries, however long ago they were', () => {
    expect(tries(3, 60_000)?.hasLasted).to.equal(false);
  });

  it('begins anew after a success, and after another kind of failure', () => {
    expect(tries(20, 1_000)?.hasLasted).to.equal(true);
    expect(failures.of(undefined)).to.equal(undefined);
    expect(tries(1, 0)?.hasLasted).to.equal(false);
    expect(tries(20, 1_000)?.hasLasted).to.equal(true);
    expect(tries(1, 0, new TerminalError('NotOwned', 'theirs'))).to.deep.equal({
      reason: 'NotOwned',
      message: 'theirs',
      isPassing: false,
    });
    expect(tries(1, 0)?.hasLasted).to.equal(false);
  });

  it('does not pass where the API server refuses', () => {
    expect(tries(1, 0, new ApiError(403, 'Forbidden', 'quota'))?.isPassing).to.equal(false);
  });
});
