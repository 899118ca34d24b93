import type { VacationApp } from '../../api/vacation-app.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { describe } from '../../runtime/client/kinds.ts';
import { CHILD_KINDS } from './children.ts';
import { holdersOf } from './ownership.ts';

/** A child that is being deleted, and the finalizers of others that hold it. */
export interface HeldChild {
  /** `Service travel/milky-way-web`. */
  readonly object: string;
  readonly finalizers: readonly string[];
}

/** The app's children that finalizers hold, in the order of their names. `CHILD_KINDS` has no kind that holds data. */
export function heldChildren(app: VacationApp, cluster: Pick<Cluster, 'store'>): HeldChild[] {
  const uid = app.metadata.uid ?? '';
  const held = CHILD_KINDS.flatMap((kind) =>
    cluster
      .store(kind)
      .ownedBy(uid)
      .map((live) => ({ live, finalizers: holdersOf(live) }))
      .filter(({ finalizers }) => finalizers.length > 0)
      .map(({ live, finalizers }) => ({ object: describe(kind, live), finalizers })),
  );
  return held.sort((a, b) => (a.object < b.object ? -1 : 1));
}
