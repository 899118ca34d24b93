import type { Kind, KubeObject } from '../client/kinds.ts';
import type { Watch } from '../queue/controller.ts';
import { Store, type Stores } from './store.ts';

/**
 * Creates a store for each watched kind. Controllers that watch the same kind share it.
 *
 * @throws Error if two watches of a kind differ in selector, transform or group.
 */
export function createStores(watches: readonly Watch[], onError: (kind: Kind, error: unknown) => void): Stores {
  const stores = new Map<string, Store<KubeObject>>();
  for (const { kind, labelSelector, transform, groupOf } of watches) {
    const first = watches.find((watch) => watch.kind.kind === kind.kind);
    if (labelSelector !== first?.labelSelector || transform !== first?.transform || groupOf !== first?.groupOf) {
      throw new Error(`Two watches of ${kind.kind} differ, but share a cache`);
    }
    if (stores.has(kind.kind)) continue;
    const store = new Store<KubeObject>({
      onHandlerError: (error) => onError(kind, error),
      ...(transform === undefined ? {} : { transform }),
      ...(groupOf === undefined ? {} : { groupOf }),
    });
    stores.set(kind.kind, store);
  }
  return stores;
}
