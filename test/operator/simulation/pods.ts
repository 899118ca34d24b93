import type { V1Pod } from '@kubernetes/client-node';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { POD } from '../../../operator/vacation-app/kinds.ts';
import { EVENT } from './kinds.ts';
import type { Scene } from './workloads.ts';
import { created, type Made } from './writes.ts';

/** What keeps new pods from starting: admission refuses them, or no node takes them. */
export type PodHindrance = 'refused' | 'unschedulable';

export const REFUSAL = 'admission webhook "pods.example.com" denied the request: by decree';

/** Nobody can pull an image of this tag. */
export const TYPO = 'tpyo';

export const isMistyped = (image: string): boolean => image.endsWith(`:${TYPO}`);

/** The write that makes the pod, or the Event that tells why there is none; undefined where that is told already. */
export function createdUnlessRefused(owner: KubeObject, pod: Made, scene: Scene): ApiRequest | undefined {
  if (scene.hindrance?.() !== 'refused') return created(POD, pod);
  const { namespace = '', name, uid = '' } = owner.metadata;
  const eventName = `${name}.${uid}`;
  if (scene.get(EVENT, namespace, eventName)) return undefined;
  const time = `${scene.now().toISOString().slice(0, 19)}Z`;
  return created(EVENT, {
    metadata: { name: eventName, namespace },
    involvedObject: { apiVersion: owner.apiVersion, kind: owner.kind, namespace, name, uid },
    type: 'Warning',
    reason: 'FailedCreate',
    message: `Error creating: ${REFUSAL}`,
    source: { component: 'workloads' },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  });
}

/** The status of a pod that does not start; undefined for one that may. */
export function hindranceOf(pod: V1Pod, scene: Scene): object | undefined {
  const container = pod.spec?.containers[0];
  const image = container?.image ?? '';
  if (scene.hindrance?.() === 'unschedulable') {
    const message = '0/1 nodes are available: 1 Insufficient memory.';
    return {
      phase: 'Pending',
      conditions: [
        {
          ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
          lastTransitionTime: pod.metadata?.creationTimestamp,
        },
      ],
    };
  }
  if (!isMistyped(image)) return undefined;
  const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` };
  const status = { name: container?.name, image, imageID: '', ready: false, restartCount: 0, state: { waiting } };
  return { phase: 'Pending', conditions: podConditions(false), containerStatuses: [status] };
}

export const podConditions = (isReady: boolean): object[] => [
  { type: 'PodScheduled', status: 'True' },
  { type: 'Ready', status: isReady ? 'True' : 'False' },
];
