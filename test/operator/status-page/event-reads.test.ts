import { expect } from 'chai';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { createReadEvents } from '../../../operator/status-page/event-reads.ts';

describe('a read of events', () => {
  let asked: ApiRequest[];
  const readEvents = (next: string) => {
    asked = [];
    const request = <T>(one: ApiRequest): Promise<T> => {
      asked.push(one);
      return Promise.resolve({ items: [{}], metadata: { continue: next } } as T);
    };
    return createReadEvents({ request });
  };

  it('goes page by page, not for ever, and tells whether there are more', async () => {
    const { events, isCut } = await readEvents('more')('travel');
    expect([events.length, isCut]).to.deep.equal([4, true]);
    expect(asked[1]?.query).to.deep.equal({ limit: 500, continue: 'more' });
    expect((await readEvents('')('travel')).isCut).to.equal(false);
  });

  it('serves all who ask for the same namespace at the same time, and nobody later', async () => {
    const read = readEvents('');
    await Promise.all([read('travel'), read('travel'), read('other')]);
    expect(asked).to.have.length(2);
    await read('travel');
    expect(asked).to.have.length(3);
  });
});
