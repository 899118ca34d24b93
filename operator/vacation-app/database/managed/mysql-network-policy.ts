import type { CompleteApp } from '../../../api/defaults.ts';
import { childMetadata, childName, LABEL, selectorLabels } from '../../names.ts';
import { MYSQL_PORT, tcp, type NetworkPolicy } from '../../children/network-policy.ts';

/** MySQL for the app's pods of those components and nobody else; out to nothing at all. */
export function mysqlNetworkPolicy(app: CompleteApp, clients: readonly string[]): NetworkPolicy | undefined {
  if (app.spec.networkPolicy === 'Disabled') return undefined;
  const clientPods = {
    matchLabels: { [LABEL.app]: app.metadata.name },
    matchExpressions: [{ key: LABEL.component, operator: 'In', values: [...clients] }],
  };
  return {
    metadata: childMetadata(app, childName(app, 'mysql'), 'mysql'),
    spec: {
      podSelector: { matchLabels: selectorLabels(app, 'mysql') },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: clientPods }], ports: tcp(MYSQL_PORT) }],
    },
  };
}
