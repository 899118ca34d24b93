import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';

/** Labels and annotations in the spec for every object and pod of an app. */
export interface Inherited {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const inheritedOf = ({ spec: { inheritedMetadata } }: CompleteApp): Inherited => ({
  labels: inheritedMetadata?.labels ?? {},
  annotations: inheritedMetadata?.annotations ?? {},
});

export const isEmpty = ({ labels, annotations }: Inherited): boolean =>
  Object.keys(labels).length + Object.keys(annotations).length === 0;

/** The differing keys, for messages: `label a`, `annotation b`. */
export function differingKeys(one: Inherited, other: Inherited): string[] {
  return (['labels', 'annotations'] as const).flatMap((kind) => {
    const keys = new Set([...Object.keys(one[kind]), ...Object.keys(other[kind])]);
    const differing = [...keys].filter((key) => one[kind][key] !== other[kind][key]).sort();
    return differing.map((key) => `${kind.slice(0, -1)} ${key}`);
  });
}

/** Adds inherited labels and annotations. Existing keys take precedence. */
export const inheriting = <T extends V1ObjectMeta>(metadata: T, { labels, annotations }: Inherited): T => ({
  ...metadata,
  ...merged('labels', labels, metadata.labels),
  ...merged('annotations', annotations, metadata.annotations),
});

function merged(
  name: 'labels' | 'annotations',
  inherited: Readonly<Record<string, string>>,
  existing: Readonly<Record<string, string>> | undefined,
): V1ObjectMeta {
  return Object.keys(inherited).length === 0 ? {} : { [name]: { ...inherited, ...existing } };
}
