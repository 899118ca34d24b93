import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { root } from '../../scripts/cluster/paths.ts';
import { run } from '../../scripts/cluster/run.ts';
import { goTool, helm } from '../../scripts/test/go-tool.ts';

/** An object of a manifest, as far as the tests read it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
}

/** What the chart renders as the release vacation-operator in vacation-system. Rejects with what Helm says against the values. */
export const helmTemplate = (...args: readonly string[]): Promise<string> =>
  releaseTemplate('vacation-operator', ...args);

/** The same for a release of that name. */
export async function releaseTemplate(name: string, ...args: readonly string[]): Promise<string> {
  const chart = join(root, 'config', 'chart');
  return run(await goTool(helm), ['template', name, chart, '--namespace', 'vacation-system', ...args]);
}

export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);

const OF_HELM = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'helm.sh/chart',
  'helm.sh/resource-policy',
];

/** The objects by kind and name, without what only Helm writes, nor the namespace, which it makes without the chart. */
export function comparable(text: string): Record<string, unknown> {
  const objects = manifestsIn(text).filter(({ kind }) => kind !== 'Namespace');
  return Object.fromEntries(
    objects.map((object) => {
      const { kind, metadata } = object;
      const { labels, annotations, ...named } = metadata;
      const own = { ...named, labels: withoutHelm(labels), annotations: withoutHelm(annotations) };
      return [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`, { ...sortedEnv(object), metadata: own }] as const;
    }),
  );
}

const withoutHelm = (pairs: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(pairs).filter(([name]) => !OF_HELM.includes(name)));

/** The order of environment variables says nothing here, since none refers to another. */
function sortedEnv(node: unknown): object {
  const sorted = JSON.stringify(node, (key, value: unknown) =>
    key === 'env' && Array.isArray(value)
      ? (value as { name: string }[]).toSorted((a, b) => a.name.localeCompare(b.name))
      : value,
  );
  return JSON.parse(sorted) as object;
}
