import type { V1Service } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import { childMetadata, childName, selectorLabels } from '../../names.ts';

/** The address in the credentials' URIs. */
export function mysqlService(app: CompleteApp): V1Service | undefined {
  if (app.spec.database.managed === undefined) return undefined;
  return {
    metadata: childMetadata(app, childName(app, 'mysql'), 'mysql'),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(app, 'mysql'),
      ports: [{ name: 'mysql', port: 3306, protocol: 'TCP', targetPort: 'mysql' }],
    },
  };
}
