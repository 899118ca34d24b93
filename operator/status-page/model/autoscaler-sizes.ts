import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { VACATION_APP } from '../../api/vacation-app.ts';
import type { Stores } from '../../runtime/cache/store.ts';
import { keyOf, type KubeObject } from '../../runtime/client/kinds.ts';
import { AUTOSCALER } from '../../vacation-app/kinds.ts';
import { LABEL } from '../../vacation-app/names.ts';

/** What an autoscaler said at a time. It holds until the next size. */
export interface Size {
  readonly at: Date;
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
}

const MOST = 200;

/** The sizes of each app's autoscaler since this process started, the oldest first, at most 200. */
export class AutoscalerSizes {
  readonly #sizes = new Map<string, readonly Size[]>();
  readonly #now: () => Date;

  /** Follows the caches. */
  constructor(stores: Stores, now: () => Date) {
    this.#now = now;
    stores.get(AUTOSCALER.kind)?.onChange(({ before, after }) => {
      if (after) this.#add(after);
      // The app hibernates, or has a fixed number now.
      else if (before) this.#sizes.delete(appKeyOf(before));
    });
    stores.get(VACATION_APP.kind)?.onChange(({ before, after }) => {
      if (before && !after) this.#sizes.delete(keyOf(before));
    });
  }

  of(key: string): readonly Size[] {
    return this.#sizes.get(key) ?? [];
  }

  #add(object: KubeObject): void {
    const key = appKeyOf(object);
    const known = this.of(key);
    const size = sizeOf(object as V2HorizontalPodAutoscaler, this.#now());
    const last = known.at(-1);
    if (last && isSame(last, size)) return;
    this.#sizes.set(key, [...known, size].slice(-MOST));
  }
}

const appKeyOf = ({ metadata }: KubeObject): string =>
  `${metadata.namespace ?? ''}/${metadata.labels?.[LABEL.app] ?? ''}`;

const sizeOf = ({ spec, status }: V2HorizontalPodAutoscaler, at: Date): Size => ({
  at,
  current: status?.currentReplicas ?? 0,
  desired: status?.desiredReplicas ?? 0,
  min: spec.minReplicas ?? 1,
  max: spec.maxReplicas,
});

const isSame = (one: Size, other: Size): boolean =>
  one.current === other.current && one.desired === other.desired && one.min === other.min && one.max === other.max;
