import { expect } from 'chai';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { NAMESPACE, READY_WITHIN_MS, world } from './world.ts';

interface MysqlPod extends KubeObject {
  readonly status: { readonly containerStatuses?: readonly { readonly state: { readonly running?: object } }[] };
}
interface App extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const NAME = 'interrupted';

describe('a database whose first start is cut off', () => {
  after(() => world().kubectl(['delete', 'vacationapp', NAME, '--namespace', NAMESPACE]));

  it('is prepared anew, and the schema is made in it', async () => {
    const { kubectl } = world();
    await kubectl.apply({
      apiVersion: 'interstellar.dev/v1alpha1',
      kind: 'VacationApp',
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: { deletionPolicy: 'Delete', autoscaling: { minReplicas: 1 } },
    });
    await eventually(
      'MySQL prepares its volume',
      READY_WITHIN_MS,
      () => kubectl.get<MysqlPod>('pod', `${NAME}-mysql-0`, NAMESPACE),
      ({ status }) => status.containerStatuses?.[0]?.state.running !== undefined,
    );
    await kubectl(['delete', 'pod', `${NAME}-mysql-0`, '--namespace', NAMESPACE, '--force', '--grace-period=0']);
    const app = await eventually(
      'the schema is there',
      READY_WITHIN_MS,
      () => kubectl.get<App>('vacationapp', NAME, NAMESPACE),
      ({ status }) => status?.conditions?.find(({ type }) => type === 'SchemaReady')?.status === 'True',
    );
    expect(app.metadata.name).to.equal(NAME);
  }).timeout(2 * READY_WITHIN_MS);
});
