import type { V1Service } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { childMetadata, childName, selectorLabels } from '../names.ts';

/** The stable address of the web pods. */
export function webService(app: CompleteApp): V1Service {
  const { type, port, nodePort, annotations } = app.spec.service;
  return {
    metadata: {
      ...childMetadata(app, childName(app, 'web'), 'web'),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      type,
      selector: selectorLabels(app, 'web'),
      ports: [
        { name: 'http', port, protocol: 'TCP', targetPort: 'http', ...(nodePort === undefined ? {} : { nodePort }) },
      ],
    },
  };
}
