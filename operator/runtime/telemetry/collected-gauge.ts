import { Gauge, type Registry } from 'prom-client';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface CollectedGaugeOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/** Creates a gauge that reads its sources at each collection. Returns the function that adds a source. */
export function collectedGauge(
  registry: Registry,
  options: CollectedGaugeOptions,
): (source: () => readonly Sample[]) => void {
  const sources: (() => readonly Sample[])[] = [];
  const gauge: Gauge = new Gauge({
    ...options,
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const source of sources) for (const { labels, value } of source()) gauge.set(labels, value);
    },
  });
  return (source) => void sources.push(source);
}
