import type { V1EnvVar, V1PodSpec } from '@kubernetes/client-node';
import { JOB_RESOURCES, type CompleteApp } from '../../api/defaults.ts';
import { containerBase, podBase } from '../children/pod-parts.ts';
import type { PodIds } from '../platform.ts';

export interface TaskContainer {
  readonly name: string;
  readonly script: string;
  readonly image: string;
  readonly podIds: PodIds;
  readonly env: readonly V1EnvVar[];
}

/** A pod that does one thing and writes into its termination message what came of it. */
export function taskPod(app: CompleteApp, { name, script, image, podIds, env }: TaskContainer): V1PodSpec {
  // What keeps web pods together or apart is about them; which nodes they may have, about Jobs too.
  const nodeAffinity = app.spec.pod?.affinity?.nodeAffinity;
  return {
    ...podBase(app, podIds),
    ...(nodeAffinity === undefined ? {} : { affinity: { nodeAffinity } }),
    restartPolicy: 'Never',
    containers: [
      {
        name,
        ...containerBase(app, image),
        command: ['node', script],
        env: [...env, { name: 'RESULT_FILE', value: '/dev/termination-log' }],
        resources: app.spec.jobs.resources,
      },
    ],
  };
}

/**
 * What a task's pod does, whatever nodes and resources it may have. The resources in it are those that every task had at first: its hash is in
 * the names of Jobs, and another name means that the work is done again.
 */
export function workOf(pod: V1PodSpec): Partial<V1PodSpec> {
  const { nodeSelector, tolerations, affinity, priorityClassName, ...work } = pod;
  return { ...work, containers: work.containers.map((container) => ({ ...container, resources: JOB_RESOURCES })) };
}
