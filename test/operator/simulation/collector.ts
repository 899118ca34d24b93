import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { KINDS } from './kinds.ts';
import { deleted, patched } from './writes.ts';

export const ORPHAN = 'orphan';

/** What the garbage collector looks at. */
interface Heap {
  get(plural: string, namespace: string, name: string): KubeObject | undefined;
  list(plural: string): readonly KubeObject[];
}

/** What it takes next: objects whose owners are all gone. */
export const collections = (heap: Heap): ApiRequest[] =>
  KINDS.flatMap((kind) =>
    heap
      .list(kind.plural)
      .filter((object) => isOrphan(object, heap))
      .map((object) => deleted(kind, object)),
  );

export function isOrphan({ metadata }: KubeObject, heap: Heap): boolean {
  const owners = metadata.ownerReferences ?? [];
  if (owners.length === 0 || metadata.deletionTimestamp !== undefined) return false;
  return owners.every(({ kind, name, uid }) => {
    const plural = KINDS.find((candidate) => candidate.kind === kind)?.plural ?? '';
    return heap.get(plural, metadata.namespace ?? '', name)?.metadata.uid !== uid;
  });
}

/** What it does next for apps that are deleted with `--cascade=orphan`: it releases what they own, then lets go of them. */
export function releases(heap: Heap): ApiRequest[] {
  return heap.list(VACATION_APP.plural).flatMap(({ metadata }) => {
    if (metadata.deletionTimestamp === undefined || !metadata.finalizers?.includes(ORPHAN)) return [];
    const { namespace = '', name, uid = '' } = metadata;
    const due = KINDS.flatMap((kind) =>
      heap
        .list(kind.plural)
        .filter((object) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid))
        .map((object) => patched('garbage-collector', kind, namespace, object.metadata.name, released(object, uid))),
    );
    const end = { metadata: { finalizers: null } };
    return due.length > 0 ? due : [patched('garbage-collector', VACATION_APP, namespace, name, end)];
  });
}

function released({ metadata }: KubeObject, uid: string): object {
  const kept = metadata.ownerReferences?.filter((owner) => owner.uid !== uid) ?? [];
  return { metadata: { ownerReferences: kept.length > 0 ? kept : null } };
}
