import { expect } from 'chai';
import { inTurn } from '../../../operator/status-page/turns.ts';

describe('what the status page asks of the API server', () => {
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
