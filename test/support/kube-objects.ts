import type { KubeObject } from '../../operator/runtime/client/kinds.ts';

type Metadata = Partial<KubeObject['metadata']>;

/** An object of any kind, by its version; more of its metadata and its body where a test looks at them. */
export function anObject(resourceVersion: number, metadata: Metadata = {}, body: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'thing', namespace: 'travel', resourceVersion: String(resourceVersion), ...metadata },
    ...body,
  };
}
