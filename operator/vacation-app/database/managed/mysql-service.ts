import type { V1Service } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import { MYSQL_PORT } from '../../children/network-policy.ts';
import { childMetadata, childName, selectorLabels } from '../../names.ts';

/** The address in the credentials' URIs. */
export function mysqlService(app: CompleteApp): V1Service {
  return {
    metadata: childMetadata(app, childName(app, 'mysql'), 'mysql'),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(app, 'mysql'),
      ports: [{ name: 'mysql', port: MYSQL_PORT, protocol: 'TCP', targetPort: 'mysql' }],
    },
  };
}
