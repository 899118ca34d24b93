import type { Registry } from 'prom-client';
import { collectedGauge } from './collected-gauge.ts';

export interface WatchMetrics {
  /** The silence of each watch, one for each kind and namespace. Undefined before the first list. */
  watch(silentMs: () => readonly (readonly [kind: string, ms: number | undefined])[]): void;
  /** Whether each watched namespace is served. Only for an operator that watches single namespaces. */
  namespaces(served: () => readonly (readonly [namespace: string, isServed: boolean])[]): void;
}

export function watchMetrics(registry: Registry, prefix: string): WatchMetrics {
  const addSilence = collectedGauge(registry, {
    name: `${prefix}_watch_last_event_seconds`,
    help: 'Seconds since the API server was last heard on the watch of this kind, bookmarks included.',
    labelNames: ['kind'],
  });
  const addServed = collectedGauge(registry, {
    name: `${prefix}_namespace_served`,
    help: 'Watched namespaces by name: 1 where every kind can be watched, 0 where the API server refuses it or has not answered yet.',
    labelNames: ['namespace'],
  });
  return {
    watch: (silentMs) =>
      addSilence(() => {
        const longest = new Map<string, number>();
        // Undefined (no list yet) counts as the longest silence. It is shown as -1.
        for (const [kind, ms = Infinity] of silentMs()) longest.set(kind, Math.max(ms, longest.get(kind) ?? 0));
        return [...longest].map(([kind, ms]) => ({ labels: { kind }, value: ms === Infinity ? -1 : ms / 1000 }));
      }),
    namespaces: (served) =>
      addServed(() => served().map(([namespace, isServed]) => ({ labels: { namespace }, value: isServed ? 1 : 0 }))),
  };
}
