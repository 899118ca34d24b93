import type { V1PodDisruptionBudget } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../api/defaults.ts';
import { childMetadata, childName, selectorLabels } from '../names.ts';

/**
 * One web pod at a time may be evicted; pods that are not ready anyway may go, so that a broken app never blocks the drain of a node.
 * None in hibernation: of a budget without pods Kubernetes only complains. None where the spec wants none.
 */
export function webDisruptionBudget(app: CompleteApp): V1PodDisruptionBudget | undefined {
  if (isHibernated(app) || app.spec.disruptionBudget === 'Disabled') return undefined;
  return {
    metadata: childMetadata(app, childName(app, 'web'), 'web'),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: selectorLabels(app, 'web') },
    },
  };
}
