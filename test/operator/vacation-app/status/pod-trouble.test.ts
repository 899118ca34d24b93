import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { podTrouble } from '../../../../operator/vacation-app/status/pod-trouble.ts';
import { aPod, aWaitingPod } from '../../../support/vacation-app.ts';

const status = (state: V1ContainerStatus['state'], last?: V1ContainerStatus['lastState']): V1ContainerStatus => ({
  name: 'web',
  image: 'webapp:1',
  imageID: '',
  ready: false,
  restartCount: 1,
  ...(state === undefined ? {} : { state }),
  ...(last === undefined ? {} : { lastState: last }),
});
const waiting = (reason: string, message = ''): V1ContainerStatus => status({ waiting: { reason, message } });
const crashing = (reason: string): V1ContainerStatus =>
  status({ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 1, reason } });
const pod = (container: V1ContainerStatus): V1Pod => aPod('web', { containerStatuses: [container] });

const unscheduled = (reason: string): V1Pod =>
  aPod('web', { conditions: [{ type: 'PodScheduled', status: 'False', reason, message: '0/3 nodes are available' }] });

const rows: readonly [string, V1Pod, string | undefined, RegExp?][] = [
  ['nothing known', aPod('web'), undefined],
  ['running', pod(status({ running: {} })), undefined],
  ['being created', pod(waiting('ContainerCreating')), undefined],
  ['an image that was not pulled', pod(waiting('ErrImagePull')), 'ImagePullRetrying', /webapp:1.*imagePullSecrets/],
  ['an image awaited again', pod(waiting('ImagePullBackOff')), 'ImagePullFailed', /webapp:1.*imagePullSecrets/],
  ['an image without a name', pod(waiting('InvalidImageName')), 'ImagePullFailed'],
  ['an image that may not be pulled', pod(waiting('ErrImageNeverPull')), 'ImagePullFailed'],
  ['a key that is missing', pod(waiting('CreateContainerConfigError', 'no key x')), 'ContainerFailing', /no key x/],
  [
    'a key that the kubelet does not know yet',
    pod(waiting('CreateContainerConfigError', 'failed to sync secret cache: timed out waiting for the condition')),
    undefined,
  ],
  ['crashing', pod(crashing('Error')), 'ContainerFailing', /ends with code 1: kubectl logs milky-way-web-0 -c web/],
  ['out of memory', pod(crashing('OOMKilled')), 'ContainerFailing', /raise its limit/],
  [
    'failed and started again',
    pod(status({ running: {} }, { terminated: { exitCode: 1 } })),
    'ContainerRestarting',
    /ends with code 1: kubectl logs/,
  ],
  [
    'failed and being made again',
    pod(status({ waiting: { reason: 'ContainerCreating' } }, { terminated: { exitCode: 1 } })),
    undefined,
  ],
  [
    'failed some time ago, ready by now',
    pod({ ...status({ running: {} }, { terminated: { exitCode: 1 } }), ready: true }),
    undefined,
  ],
  ['no node', unscheduled('Unschedulable'), 'PodUnschedulable', /0\/3 nodes/],
  ['not scheduled on purpose', unscheduled('SchedulingGated'), undefined],
  ['an init container that fails', aPod('web', { initContainerStatuses: [crashing('Error')] }), 'ContainerFailing'],
  [
    'crashing, but on its way out',
    aPod('web', { containerStatuses: [crashing('Error')] }, { deletionTimestamp: new Date() }),
    undefined,
  ],
];

describe('what is the matter with a pod', () => {
  for (const [title, given, reason, message] of rows) {
    it(`is ${reason ?? 'nothing'}: ${title}`, () => {
      const found = podTrouble([given]);
      expect(found?.reason).to.equal(reason);
      if (message) expect(found?.message).to.match(message);
    });
  }

  it('is what needs somebody, whichever of several pods has it', () => {
    const retrying = aWaitingPod('web', 'ErrImagePull');
    expect(podTrouble([unscheduled('Unschedulable'), retrying])?.reason).to.equal('PodUnschedulable');
    expect(podTrouble([retrying, aWaitingPod('web', 'ImagePullBackOff')])?.reason).to.equal('ImagePullFailed');
  });

  it('is that of the first of several that has any', () => {
    expect(podTrouble([aPod('web'), aWaitingPod('web', 'ImagePullBackOff'), pod(crashing('Error'))])?.reason).to.equal(
      'ImagePullFailed',
    );
    expect(podTrouble([])).to.equal(undefined);
  });
});
