import { Counter, type Registry } from 'prom-client';
import type { KubeObject } from '../client/kinds.ts';
import { collectedGauge, type Sample } from './collected-gauge.ts';

export interface WriteMetrics {
  wrote(kind: string, reason: string): void;
}

/** Metrics of the objects that a controller reconciles and writes. */
export interface ObjectMetrics {
  writes(controller: string): WriteMetrics;
  /** The number of contested fields; see `OwnerDrift`. */
  contested(controller: string, count: () => number): void;
  /** The conditions in the status of each object. */
  conditions(controller: string, list: () => readonly KubeObject[]): void;
}

export function objectMetrics(registry: Registry, prefix: string): ObjectMetrics {
  const writes = new Counter({
    name: `${prefix}_writes_total`,
    help: 'Objects written, by kind and by why.',
    labelNames: ['controller', 'kind', 'reason'],
    registers: [registry],
  });
  const addContested = collectedGauge(registry, {
    name: `${prefix}_contested_fields`,
    help: 'Fields that others keep changing back, and that are therefore put back with pauses.',
    labelNames: ['controller'],
  });
  const addConditions = collectedGauge(registry, {
    name: `${prefix}_condition`,
    help: 'Conditions of every object: 1 where the condition is true, 0 where it is false or unknown.',
    labelNames: ['controller', 'namespace', 'name', 'type'],
  });
  return {
    writes: (controller) => ({ wrote: (kind, reason) => writes.inc({ controller, kind, reason }) }),
    contested: (controller, count) => addContested(() => [{ labels: { controller }, value: count() }]),
    conditions: (controller, list) =>
      addConditions(() => list().flatMap((object) => conditionSamples(controller, object))),
  };
}

type WithConditions = KubeObject & { status?: { conditions?: readonly { type: string; status: string }[] } };

function conditionSamples(controller: string, { metadata, status }: WithConditions): Sample[] {
  const { namespace = '', name } = metadata;
  return (status?.conditions ?? []).map(({ type, status: value }) => ({
    labels: { controller, namespace, name, type },
    value: value === 'True' ? 1 : 0,
  }));
}
