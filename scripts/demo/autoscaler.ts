import type { LoadResult } from './load.ts';

/** The fields of a HorizontalPodAutoscaler that the demo reads. */
export interface Autoscaler {
  readonly spec: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly { readonly containerResource?: { readonly target: Utilization } }[];
    readonly behavior?: { readonly scaleDown?: { readonly stabilizationWindowSeconds?: number } };
  };
  readonly status?: {
    readonly desiredReplicas?: number;
    readonly currentMetrics?: readonly { readonly containerResource?: { readonly current: Utilization } }[];
  };
}

interface Utilization {
  readonly averageUtilization?: number;
}

/** What the load has to do with the autoscaler at one moment. */
export interface View {
  /** Percent of the CPU that the web pods request. Undefined until it was measured. */
  readonly cpuPercent: number | undefined;
  readonly targetPercent: number;
  /** Web pods that the autoscaler wants. */
  readonly wanted: number;
  readonly most: number;
  /** Web pods that are ready. */
  readonly ready: number;
}

export function viewOf({ spec, status }: Autoscaler, ready: number): View {
  return {
    cpuPercent: status?.currentMetrics?.[0]?.containerResource?.current.averageUtilization,
    targetPercent: spec.metrics?.[0]?.containerResource?.target.averageUtilization ?? 0,
    wanted: status?.desiredReplicas ?? 0,
    most: spec.maxReplicas,
    ready,
  };
}

export function progressOf({ cpuPercent, targetPercent, wanted, ready }: View, ratePerSecond: number): string {
  const cpu = cpuPercent === undefined ? 'CPU not measured yet' : `CPU at ${cpuPercent} % of the request`;
  return `${ratePerSecond} requests a second, ${cpu} (target ${targetPercent} %), ${wanted} pods wanted, ${ready} ready`;
}

export interface Growth {
  readonly name: string;
  readonly namespace: string;
  readonly from: number;
  readonly to: number;
  /** When the autoscaler acted. */
  readonly seen: View;
  readonly ratePerSecond: number;
  readonly actedAfterSeconds: number;
  readonly readyAfterSeconds: number;
  readonly calmSeconds: number;
  readonly load: LoadResult;
}

/** What happened, and how to watch the number of pods go back. */
export function storyOf(growth: Growth): string {
  const { name, namespace, from, to, seen, load } = growth;
  const failed = Object.entries(load.answers).flatMap(([answer, count]) => (answer === '200' ? [] : [count]));
  return `
The autoscaler added web pods.

  After ${growth.actedAfterSeconds} s, at ${growth.ratePerSecond} requests a second, the web pods used ${seen.cpuPercent ?? '?'} % of the CPU that they request. The target is ${seen.targetPercent} %.
  The autoscaler went from ${from} to ${to} pods. ${growth.readyAfterSeconds} s later they were ready.
  ${load.requests} requests were made, ${failed.reduce((sum, count) => sum + count, 0)} failed. The slowest took ${Math.round(load.slowestMs)} ms.

The load has ended. After ${growth.calmSeconds} s without it, the autoscaler takes the pods away again. To watch that:

  kubectl get hpa ${name}-web --namespace ${namespace} --watch
  kubectl get vacationapp ${name} --namespace ${namespace} --watch`;
}
