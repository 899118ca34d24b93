import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { childMetadata, childName } from '../names.ts';
import { fixedReplicas } from './replicas.ts';

/** As many web pods as their CPU needs; none where the app fixes their number or hibernates. */
export function webAutoscaler(app: CompleteApp): V2HorizontalPodAutoscaler | undefined {
  if (fixedReplicas(app) !== undefined) return undefined;
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
          type: 'Resource',
          resource: {
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: targetCPUUtilizationPercentage },
          },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: scaleDownStabilizationSeconds } },
    },
  };
}
