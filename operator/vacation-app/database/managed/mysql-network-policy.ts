import type { CompleteApp } from '../../../api/defaults.ts';
import { childMetadata, childName, LABEL, selectorLabels } from '../../names.ts';
import { DATABASE_CLIENTS, MYSQL_PORT, tcp, type NetworkPolicy } from '../../children/network-policy.ts';

/** MySQL for the app's own pods and nobody else; out to nothing at all. */
export function mysqlNetworkPolicy(app: CompleteApp): NetworkPolicy | undefined {
  if (app.spec.networkPolicy === 'Disabled' || app.spec.database.managed === undefined) return undefined;
  const clients = {
    matchLabels: { [LABEL.app]: app.metadata.name },
    matchExpressions: [{ key: LABEL.component, operator: 'In', values: DATABASE_CLIENTS }],
  };
  return {
    metadata: childMetadata(app, childName(app, 'mysql'), 'mysql'),
    spec: {
      podSelector: { matchLabels: selectorLabels(app, 'mysql') },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: clients }], ports: tcp(MYSQL_PORT) }],
    },
  };
}
