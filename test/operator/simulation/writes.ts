import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';

/** The write that makes the status so, where it is not: everything given must be there already. */
export function statusOf(kind: Kind, object: KubeObject & { status?: object }, status: object): ApiRequest | undefined {
  const live = (object.status ?? {}) as Record<string, unknown>;
  const moved = Object.entries(status as Record<string, unknown>).filter(([name, value]) => !holds(live[name], value));
  if (moved.length === 0) return undefined;
  const { namespace = '', name } = object.metadata;
  return {
    method: 'PATCH',
    path: pathOf(kind, namespace, name, 'status'),
    query: { fieldManager: 'workloads' },
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid: object.metadata.uid }, status: Object.fromEntries(moved) },
  };
}

/** Whether it has as much as is given, since the API server adds to what it is told. */
export function holds(live: unknown, given: unknown): boolean {
  if (Array.isArray(given)) {
    return (
      Array.isArray(live) && live.length === given.length && given.every((item, index) => holds(live[index], item))
    );
  }
  if (typeof given === 'object' && given !== null) {
    return (
      typeof live === 'object' &&
      live !== null &&
      Object.entries(given).every(([name, value]) => holds((live as Record<string, unknown>)[name], value))
    );
  }
  // Of some counts none is told as 0.
  return live === given || (given === null && (live === undefined || live === 0));
}

/** Of none there is no count: null takes the field away. */
export const counts = (replicas: number, ...fields: string[]): object =>
  Object.fromEntries(fields.map((field) => [field, replicas === 0 ? null : replicas]));

/** Something that is to be. */
export interface Made {
  readonly metadata: { readonly namespace: string } & Readonly<Record<string, unknown>>;
  readonly [part: string]: unknown;
}

export const created = (kind: Kind, object: Made): ApiRequest => ({
  method: 'POST',
  path: pathOf(kind, object.metadata.namespace),
  body: { apiVersion: kind.apiVersion, kind: kind.kind, ...object },
});

/** Deletes exactly this one. */
export const deleted = (kind: Kind, { metadata: { namespace = '', name, uid } }: KubeObject): ApiRequest => ({
  method: 'DELETE',
  path: pathOf(kind, namespace, name),
  body: { preconditions: { uid } },
});

/** Changes what the body names and leaves the rest (RFC 7386). */
export const patched = (manager: string, kind: Kind, namespace: string, name: string, body: object): ApiRequest => ({
  method: 'PATCH',
  path: pathOf(kind, namespace, name),
  query: { fieldManager: manager },
  contentType: 'application/merge-patch+json',
  body,
});
