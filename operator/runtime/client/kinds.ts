import type { V1ObjectMeta } from '@kubernetes/client-node';

/** A kind of object and where the API serves it. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

/** What every object that the API server returned has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: V1ObjectMeta & { name: string };
}

export const keyOf = ({ metadata: { namespace = '', name } }: KubeObject): string => `${namespace}/${name}`;

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The path of a collection, or of one object in it, or of its subresource. An empty namespace means all of them. */
export function pathOf({ apiVersion, plural }: Kind, namespace: string, name?: string, subresource?: string): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${base}${scope}/${plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}

export const describe = (kind: Kind, { metadata }: KubeObject): string =>
  `${kind.kind} ${metadata.namespace ?? ''}/${metadata.name}`;
