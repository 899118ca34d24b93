import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { root } from '../../scripts/cluster/paths.ts';
import { run } from '../../scripts/cluster/run.ts';
import { goTool, helm } from '../../scripts/test/go-tool.ts';
import type { Kubectl } from './kubectl.ts';

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

const KINDS = [
  ...['customresourcedefinitions', 'clusterroles', 'clusterrolebindings', 'roles', 'rolebindings', 'serviceaccounts'],
  ...['deployments', 'services', 'poddisruptionbudgets', 'networkpolicies'],
].join(',');

/** The objects of the installations that are in a cluster, without what the API server, controllers and tools note on them. */
export async function installedObjects(kubectl: Kubectl): Promise<Record<string, unknown>> {
  const selector = 'app.kubernetes.io/part-of=vacation-operator';
  const text = await kubectl(['get', KINDS, '--all-namespaces', '--selector', selector, '--output', 'json']);
  const { items } = JSON.parse(text) as { items: readonly Manifest[] };
  return comparable(items.map((item) => JSON.stringify(asDeclared(item))).join('\n---\n'));
}

const NOTED = /^(?:meta\.helm\.sh|kubectl\.kubernetes\.io|deployment\.kubernetes\.io)\//;

function asDeclared({ status, ...object }: Manifest & { readonly status?: unknown }): object {
  const { name, namespace, labels, annotations = {} } = object.metadata;
  const own = Object.entries(annotations).filter(([key]) => !NOTED.test(key));
  const metadata = { name, ...(namespace && { namespace }), labels, annotations: Object.fromEntries(own) };
  return { ...withoutAddresses(object), metadata };
}

/** A Service gets its addresses from the API server. */
function withoutAddresses<T extends Manifest & { readonly spec?: object }>(object: T): T {
  if (object.kind !== 'Service') return object;
  const { clusterIP, clusterIPs, ...spec } = object.spec as { clusterIP?: string; clusterIPs?: string[] };
  return { ...object, spec };
}
