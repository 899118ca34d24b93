import { expect } from 'chai';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { servedGroups } from '../../../../operator/runtime/client/discovery.ts';
import { FakeApi } from '../../../support/fake-api.ts';

const { signal } = new AbortController();
const OPENSHIFT = 'security.openshift.io';

describe('discovery of API groups', () => {
  it('is which of them are served', async () => {
    const api = new FakeApi();
    api.objects.set(`/apis/${OPENSHIFT}`, { metadata: { name: 'group' } });
    expect([...(await servedGroups(api, ['other.example.com', OPENSHIFT], { signal }))]).to.deep.equal([OPENSHIFT]);
  });

  it('asks again until there is an answer, and guesses nothing', async () => {
    const api = new FakeApi();
    const faults = [new ApiError(503, 'ServiceUnavailable', 'not now'), new Error('connection refused')];
    const heard: unknown[] = [];
    api.fault = () => {
      const fault = faults[heard.length];
      if (fault) throw fault;
    };
    const onError = (error: unknown) => heard.push(error);
    api.objects.set(`/apis/${OPENSHIFT}`, { metadata: { name: 'group' } });
    expect([...(await servedGroups(api, [OPENSHIFT], { signal, onError, retryMs: 1 }))]).to.deep.equal([OPENSHIFT]);
    expect(heard).to.deep.equal(faults);
  });

  it('takes a refusal for an answer, and reports it', async () => {
    const api = new FakeApi();
    const forbidden = new ApiError(403, 'Forbidden', 'no discovery for you');
    const heard: unknown[] = [];
    api.fault = () => {
      throw forbidden;
    };
    const onError = (error: unknown) => heard.push(error);
    expect(await servedGroups(api, [OPENSHIFT], { signal, onError, retryMs: 1 })).to.have.property('size', 0);
    expect(heard).to.deep.equal([forbidden]);
  });

  it('ends without an answer when nobody needs one any more', async () => {
    const api = new FakeApi();
    const stop = new AbortController();
    api.fault = () => {
      stop.abort();
      throw new Error('connection refused');
    };
    expect(await servedGroups(api, [OPENSHIFT], { signal: stop.signal })).to.have.property('size', 0);
    expect(api.requests).to.have.length(1);
  });
});
