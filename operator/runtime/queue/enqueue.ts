import type { Informers } from '../cache/informers.ts';
import type { Stores } from '../cache/store.ts';
import type { Controller } from './controller.ts';
import { keyOf } from '../client/kinds.ts';
import type { Priority } from './work-queue.ts';

export type Add = (key: string, priority: Priority) => void;

export interface EnqueueOptions {
  readonly add: Add;
  /** Whether the controller itself has made the change: a reconcile looks at what it has written before it ends. */
  readonly isOwn?: (writer: object) => boolean;
}

/** Enqueues what every change in the caches means to a controller, by its watches. */
export function enqueueChanges(controller: Controller, stores: Stores, { add, isOwn }: EnqueueOptions): void {
  for (const { kind, keysOf } of controller.watches) {
    stores.get(kind.kind)?.onChange(({ before, after, soleWriter }) => {
      if (soleWriter && isOwn?.(soleWriter)) return;
      const priority = kind === controller.kind && after ? controller.priorityOf(after) : 'normal';
      for (const object of [before, after]) if (object) for (const key of keysOf(object, stores)) add(key, priority);
    });
  }
}

/** Enqueues those that would use a kind, each time the cluster begins or ceases to serve it. */
export function enqueueUsers({ watches }: Controller, informers: Informers, add: Add): void {
  informers.onServed((served) => {
    for (const { kind, wantedBy } of watches) {
      if (kind.kind === served.kind) for (const key of wantedBy?.(informers.stores) ?? []) add(key, 'normal');
    }
  });
}

/** Enqueues every object of the controller, behind what has changed: at the beginning of a term, and now and then. */
export function enqueueAll({ kind, priorityOf }: Controller, stores: Stores, add: Add): void {
  for (const object of stores.get(kind.kind)?.list() ?? []) {
    add(keyOf(object), priorityOf(object) === 'high' ? 'high' : 'low');
  }
}
