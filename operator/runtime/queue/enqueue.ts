import type { Informers } from '../cache/informers.ts';
import type { Stores } from '../cache/store.ts';
import type { Controller } from './controller.ts';
import { keyOf } from '../client/kinds.ts';
import type { Priority } from './work-queue.ts';

export type Add = (key: string, priority: Priority) => void;

export interface EnqueueOptions {
  readonly add: Add;
  /** Whether this controller made the change. Such changes are not enqueued, because a reconcile observes its writes before it ends. */
  readonly isOurWriter?: (writer: object) => boolean;
}

/** Enqueues the keys that the controller's watches derive from each change in the caches. */
export function enqueueChanges(controller: Controller, stores: Stores, { add, isOurWriter }: EnqueueOptions): void {
  for (const { kind, keysOf } of controller.watches) {
    stores.get(kind.kind)?.onChange(({ before, after, soleWriter }) => {
      if (soleWriter && isOurWriter?.(soleWriter)) return;
      const priority = kind === controller.kind && after ? controller.priorityOf(after) : 'normal';
      for (const object of [before, after]) if (object) for (const key of keysOf(object, stores)) add(key, priority);
    });
  }
}

/** Enqueues the users of an optional kind each time the cluster starts or stops serving it. */
export function enqueueUsers({ watches }: Controller, informers: Informers, add: Add): void {
  informers.onServed((served) => {
    for (const { kind, wantedBy } of watches) {
      if (kind.kind === served.kind) for (const key of wantedBy?.(informers.stores) ?? []) add(key, 'normal');
    }
  });
}

/** Enqueues every object of the controller, with low priority unless its own is high. For the start of a term and for the resync. */
export function enqueueAll({ kind, priorityOf }: Controller, stores: Stores, add: Add): void {
  for (const object of stores.get(kind.kind)?.list() ?? []) {
    add(keyOf(object), priorityOf(object) === 'high' ? 'high' : 'low');
  }
}
