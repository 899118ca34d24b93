import { once } from 'node:events';
import { PortForward, KubeConfig } from '@kubernetes/client-node';
import { expect } from 'chai';
import { apiCluster } from '../../../../operator/kubectl-plugin/cluster/api-cluster.ts';
import type { ApiClient, ApiRequest, LineReader } from '../../../../operator/runtime/client/api-client.ts';
import { POD } from '../../../../operator/vacation-app/kinds.ts';

/** An API server whose watches stay open and tell nothing. */
const quiet: ApiClient & LineReader = {
  request: () => expect.fail('nothing is asked here'),
  async *stream<T>({ signal }: ApiRequest): AsyncGenerator<T, void, undefined> {
    if (signal?.aborted === false) await once(signal, 'abort');
    yield* [];
  },
  lines: () => expect.fail('nothing is logged here'),
  reconnect: () => undefined,
};

describe('the cluster of the plugin', () => {
  it('looks again while its watches tell nothing: the object may have been deleted before they began', async () => {
    const cluster = apiCluster(quiet, new PortForward(new KubeConfig()), 'travel', 5);
    let looks = 0;
    const look = (): Promise<boolean> => Promise.resolve(++looks === 3);
    const signal = AbortSignal.timeout(10_000);
    expect(await cluster.follow([{ kind: POD, namespace: 'travel' }], signal, look)).to.equal(true);
    expect(looks).to.equal(3);
  });
});
