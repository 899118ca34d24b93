import type { V1Container, V1Pod, V1Secret } from '@kubernetes/client-node';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { World } from '../model/world.ts';
import { createScrubber, type Known, type Scrubber } from './scrub.ts';

/** A shorter value of an environment variable is a switch or a number. */
const SHORTEST_VARIABLE = 8;

/** The names of all Secrets that an app and its pods name, at any place. */
export function secretNamesOf({ app, pods, children }: World): string[] {
  const names = new Set<string>(children.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name));
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (/secretName$/i.test(key)) names.add(value);
    } else if (Array.isArray(value)) {
      for (const item of value) visit(item, key);
    } else if (typeof value === 'object' && value !== null) {
      const { name } = value as { readonly name?: unknown };
      if (/^(secretKeyRef|secretRef|secret|imagePullSecrets)$/.test(key) && typeof name === 'string') names.add(name);
      for (const [field, item] of Object.entries(value)) visit(item, field);
    }
  };
  visit(app.spec, '');
  for (const { spec } of pods) visit(spec, '');
  return [...names].sort();
}

/** What a Secret holds. */
export const valuesOfSecret = ({ metadata, data = {} }: V1Secret): Known[] =>
  Object.values(data).map((value) => ({
    origin: `Secret ${metadata?.name ?? ''}`,
    value: Buffer.from(value, 'base64').toString('utf8'),
  }));

/** The values of the environment variables of an app and of its pods. */
export function valuesOfVariables(app: VacationApp, pods: readonly V1Pod[]): Known[] {
  const containers = pods.flatMap(({ spec }): V1Container[] => [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
  ]);
  const variables = [...(app.spec.env ?? []), ...containers.flatMap(({ env = [] }) => env)];
  // By convention the value of NAME_FILE is a path.
  const literals = variables.filter(({ name }) => !name.endsWith('_FILE'));
  return literals.flatMap(({ value = '' }) =>
    value.length < SHORTEST_VARIABLE ? [] : [{ origin: 'environment variables', value }],
  );
}

/** Names that a report shows in any case: of objects, namespaces, nodes, hosts and images. */
export function publicNamesOf({ app, children, pods }: Pick<World, 'app' | 'children' | 'pods'>): Set<string> {
  const { metadata, spec } = app;
  const images = pods.flatMap((pod) => pod.spec?.containers.map(({ image }) => image) ?? []);
  const hosts = Object.values(spec.database ?? {}).flatMap((one: object) => {
    const { host, name } = one as { readonly host?: string; readonly name?: string };
    return [host, name];
  });
  const names = [
    metadata.name,
    metadata.namespace,
    spec.ingress?.host,
    ...(spec.gateway?.hostnames ?? []),
    ...hosts,
    ...images,
    ...children.map((child) => child.metadata.name),
    ...pods.flatMap((pod) => [pod.metadata?.name, pod.spec?.nodeName]),
    ...OWN_NAMES,
  ];
  return new Set(names.filter((name) => name !== undefined));
}

/** For verbs that do not read Secrets: it knows the values of environment variables, and what a credential looks like. */
export const scrubberOf = (worlds: readonly Pick<World, 'app' | 'children' | 'pods'>[]): Scrubber =>
  createScrubber(
    worlds.flatMap(({ app, pods }) => valuesOfVariables(app, pods)),
    new Set(worlds.flatMap((world) => [...publicNamesOf(world)])),
  );

/** The same where only the apps were read. */
export const scrubberOfApps = (apps: readonly VacationApp[]): Scrubber =>
  scrubberOf(apps.map((app) => ({ app, children: [], pods: [] })));

/** Names of the product that its Secrets and variables hold too: the database and its users. */
const OWN_NAMES = ['vacation', 'vacation_migration', 'root', 'localhost'];
