import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { childMetadata, childName, WEB_CONTAINER } from '../names.ts';
import { wantsAutoscaler } from './replicas.ts';

/**
 * As many web pods as their CPU needs; none where `wantsAutoscaler` says so. The metric is of the container `web` alone: that of whole pods
 * fails where a sidecar requests no CPU.
 */
export function webAutoscaler(app: CompleteApp): V2HorizontalPodAutoscaler | undefined {
  if (!wantsAutoscaler(app)) return undefined;
  const { minReplicas, maxReplicas, targetCPUUtilizationPercentage, scaleDownStabilizationSeconds } =
    app.spec.autoscaling;
  const name = childName(app, 'web');
  return {
    metadata: childMetadata(app, name, 'web'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas,
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: {
            container: WEB_CONTAINER,
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: targetCPUUtilizationPercentage },
          },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: scaleDownStabilizationSeconds } },
    },
  };
}
