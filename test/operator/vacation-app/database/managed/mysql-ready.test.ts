import { expect } from 'chai';
import type { V1StatefulSet, V1StatefulSetUpdateStrategy } from '@kubernetes/client-node';
import { isMysqlReady, mysqlReady } from '../../../../../operator/vacation-app/database/managed/mysql-ready.ts';
import { aCompleteApp, aMysqlPod, aServingWorld, aStatefulSet } from '../../../../support/vacation-app.ts';

const heldSet = (updateStrategy: V1StatefulSetUpdateStrategy, status: object = {}): V1StatefulSet => ({
  ...aStatefulSet({ currentRevision: 'a', updateRevision: 'b', ...status }),
  spec: { replicas: 1, serviceName: '', selector: {}, template: {}, updateStrategy },
});
const onDelete = (status: object = {}): V1StatefulSet => heldSet({ type: 'OnDelete' }, status);

describe('MySQL', () => {
  it('is ready when its StatefulSet, as it is wanted, is', () => {
    expect(isMysqlReady({ statefulSet: aStatefulSet() })).to.equal(true);
    expect(isMysqlReady({ statefulSet: undefined })).to.equal(false);
    for (const status of [{ observedGeneration: 2 }, { readyReplicas: 0 }, { updateRevision: 'b' }]) {
      expect(isMysqlReady({ statefulSet: aStatefulSet(status) })).to.equal(false);
    }
  });

  const running = { ready: true, state: { running: {} } };
  const finding = (statefulSet: V1StatefulSet, revision: string, container = running) =>
    mysqlReady(aCompleteApp(), aServingWorld({ statefulSet, pods: [aMysqlPod(revision, container)] }));

  it('is ready as it is where people restart it, and tells what waits for them', () => {
    const deleted = 'MySQL takes connections; what is declared now waits for you to delete pod milky-way-mysql-0: updateStrategy of StatefulSet milky-way-mysql is OnDelete'; // prettier-ignore
    const moved = 'MySQL takes connections; what is declared now waits for you to set the partition in updateStrategy of StatefulSet milky-way-mysql to 0'; // prettier-ignore
    expect(finding(onDelete(), 'a')).to.include({ status: 'True', message: deleted });
    const partition = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
    expect(finding(heldSet(partition), 'a')).to.include({ status: 'True', message: moved });
  });

  it('is ready after they have, though currentRevision stays behind', () => {
    expect(finding(onDelete(), 'b')).to.include({ status: 'True', message: 'MySQL takes connections' });
  });

  it('waits for them also where its pod cannot run', () => {
    const stuck = { ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } };
    const { status, reason, message } = finding(onDelete({ readyReplicas: 0 }), 'a', stuck as never);
    expect([status, reason]).to.deep.equal(['False', 'ImagePullFailed']);
    expect(message).to.contain('waits for you to delete pod milky-way-mysql-0');
  });
});
