import type { V1EnvVar, V1PodSpec } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { containerBase, podBase } from '../children/pod-parts.ts';

export interface TaskContainer {
  readonly name: string;
  readonly script: string;
  readonly image: string;
  readonly env: readonly V1EnvVar[];
}

/** A pod that does one thing and writes into its termination message what came of it. */
export function taskPod(app: CompleteApp, { name, script, image, env }: TaskContainer): V1PodSpec {
  // What keeps web pods together or apart is about them; which nodes they may have, about Jobs too.
  const nodeAffinity = app.spec.pod?.affinity?.nodeAffinity;
  return {
    ...podBase(app),
    ...(nodeAffinity === undefined ? {} : { affinity: { nodeAffinity } }),
    restartPolicy: 'Never',
    containers: [
      {
        name,
        ...containerBase(app, image),
        command: ['node', script],
        env: [...env, { name: 'RESULT_FILE', value: '/dev/termination-log' }],
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      },
    ],
  };
}

/** What a task's pod does, whatever nodes it may run on. */
export function workOf(pod: V1PodSpec): Partial<V1PodSpec> {
  const { nodeSelector, tolerations, affinity, priorityClassName, ...work } = pod;
  return work;
}
