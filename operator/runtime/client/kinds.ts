import type { V1ObjectMeta } from '@kubernetes/client-node';

/** A kind of object, and its path in the API. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

/** The fields that every object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: V1ObjectMeta & { name: string };
}

/** The key of an object in queues and caches: `namespace/name`. */
export const keyOf = ({ metadata: { namespace = '', name } }: KubeObject): string => `${namespace}/${name}`;

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The path of a collection, of one object in it, or of the object's subresource. An empty namespace means all namespaces. */
export function pathOf({ apiVersion, plural }: Kind, namespace: string, name?: string, subresource?: string): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${base}${scope}/${plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** An object in messages: `Kind namespace/name`. */
export const describe = (kind: Kind, { metadata }: KubeObject): string =>
  `${kind.kind} ${metadata.namespace ?? ''}/${metadata.name}`;
