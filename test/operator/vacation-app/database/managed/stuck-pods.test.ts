import { expect } from 'chai';
import type { V1ContainerStatus, V1StatefulSet } from '@kubernetes/client-node';
import { VACATION_APP } from '../../../../../operator/api/vacation-app.ts';
import { stuckPods } from '../../../../../operator/vacation-app/database/managed/stuck-pods.ts';
import { aCompleteApp, aMysqlPod, aPod, aStatefulSet, aVolumeClaim } from '../../../../support/vacation-app.ts';

const app = aCompleteApp();
const owner = { ...VACATION_APP, name: 'milky-way', uid: 'uid-of-the-app' };

/** Its template is of revision b, and it belongs to the app. */
function aChangedSet(spec: Partial<V1StatefulSet['spec']> = {}, status: V1StatefulSet['status'] | object = {}) {
  const set = aStatefulSet({ currentRevision: 'a', updateRevision: 'b', ...status });
  const metadata = { ...set.metadata, ownerReferences: [owner] };
  return { ...set, metadata, spec: { replicas: 1, ...spec } as V1StatefulSet['spec'] } as V1StatefulSet;
}

const waiting = (reason: string): Partial<V1ContainerStatus> => ({ state: { waiting: { reason } } });
const crashed = { lastState: { terminated: { exitCode: 1 } } };

const world = (
  container: Partial<V1ContainerStatus> = waiting('ImagePullBackOff'),
  { set = aChangedSet(), claim = aVolumeClaim(), revision = 'a' } = {},
) => ({ statefulSet: set, volumeClaim: claim, pods: [aMysqlPod(revision, container)] });

const isStuck = (observed: Parameters<typeof stuckPods>[1]): boolean => stuckPods(app, observed).length > 0;

describe('an outdated pod of MySQL', () => {
  const going = { ...aVolumeClaim(), metadata: { deletionTimestamp: new Date() } };
  const unscheduled = aPod('mysql', {
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
  });
  unscheduled.metadata = { ...unscheduled.metadata, labels: aMysqlPod('a', {}).metadata?.labels ?? {} };

  const withSidecar = aMysqlPod('a', { state: { running: {} } });
  const [broken] = aMysqlPod('a', { ...waiting('ImagePullBackOff'), name: 'sidecar' }).status?.containerStatuses ?? [];
  if (broken) withSidecar.status?.containerStatuses?.push(broken);

  const rows: readonly [title: string, observed: Parameters<typeof stuckPods>[1], is: boolean][] = [
    ['that waits for its image', world(), true],
    ['that is about to try its image again', world(waiting('ErrImagePull')), true],
    ['whose container cannot be made', world(waiting('CreateContainerConfigError')), true],
    ['that crashes again and again', world({ ...waiting('CrashLoopBackOff'), ...crashed }), true],
    ['that finds no node', { ...world(), pods: [unscheduled] }, true],
    ['that runs, as it does while it recovers', world({ state: { running: {} }, ...crashed }), false],
    ['that runs beside a container that cannot', { ...world(), pods: [withSidecar] }, false], // prettier-ignore
    ['that is starting', world(waiting('ContainerCreating')), false],
    ['that is of the template after all', world(undefined, { revision: 'b' }), false],
    ['under OnDelete', world(undefined, { set: aChangedSet({ updateStrategy: { type: 'OnDelete' } }) }), false],
    ['below a partition', world(undefined, { set: aChangedSet({ updateStrategy: { rollingUpdate: { partition: 1 } } }) }), false], // prettier-ignore
    ['under a partition of 0', world(undefined, { set: aChangedSet({ updateStrategy: { rollingUpdate: { partition: 0 } } }) }), true], // prettier-ignore
    ['whose volume is being deleted', world(undefined, { claim: going }), false],
    ['of an app that hibernates', world(undefined, { set: aChangedSet({ replicas: 0 }) }), false],
    ['that nobody knows to be outdated yet', world(undefined, { set: aChangedSet({}, { observedGeneration: 2 }) }), false], // prettier-ignore
    ['of a StatefulSet that is somebody else’s', world(undefined, { set: { ...aChangedSet(), metadata: { generation: 3 } } }), false], // prettier-ignore
  ];
  for (const [title, observed, is] of rows) {
    it(`${title} ${is ? 'is deleted' : 'is left alone'}`, () => {
      expect(isStuck(observed)).to.equal(is);
    });
  }

  it('that is going already is left alone', () => {
    const observed = world();
    const pods = observed.pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: new Date() } }));
    expect(isStuck({ ...observed, pods })).to.equal(false);
  });
});
