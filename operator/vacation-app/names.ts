import { hash } from 'node:crypto';
import { GROUP, type VacationApp } from '../api/vacation-app.ts';
import type { KubeObject } from '../runtime/client/kinds.ts';

/** Who applies: the field manager of everything that the operator wants. */
export const FIELD_MANAGER = 'vacation-operator';
/** Who gives `spec.replicas` its first value and hands it to the autoscaler, so that `FIELD_MANAGER` never owns it then. */
export const HANDOVER_MANAGER = 'vacation-operator-handover';

export const LABEL = {
  /** The app that a child belongs to; what the watches and the pods' selectors select by. */
  app: `${GROUP}/app`,
  /** On a user's Secret: follow it. */
  watch: `${GROUP}/watch`,
  name: 'app.kubernetes.io/name',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
  /** The tag of the image that the component runs; never in a pod's template or in what selects. */
  version: 'app.kubernetes.io/version',
} as const;

/** Facts that outlive the operator, on the children that they are about. */
export const FACT = {
  /** The image that the child runs: what holds when the spec names none. */
  image: `${GROUP}/pinned-image`,
  /** The revision of the pod template that the child was made with. */
  revision: `${GROUP}/template-revision`,
  /** `Platform` where the child's pods have ids that the platform chooses. */
  podIds: `${GROUP}/pod-ids`,
  /** What the template of the StatefulSet has of `spec.inheritedMetadata`, as JSON. */
  podMetadata: `${GROUP}/pod-metadata`,
  /** The value of the app's update annotation that led to the above. */
  update: `${GROUP}/update-handled`,
  /** The value of the app's restart annotation, on the pod template. */
  restart: `${GROUP}/restart-handled`,
  /** The uid of the app that used the volume last, on the claim: for people, the operator does not read it. */
  ownerUid: `${GROUP}/owner-uid`,
  /**
   * Which migration was done, see `Migration`. On the claim of the volume that it was done on, so that another volume is without it; on
   * the web pods' ConfigMap where the database is external.
   */
  migrated: `${GROUP}/migrated`,
  /** What the migration reported, on the claim and on the Deployment that came after it. */
  schemaVersion: `${GROUP}/schema-version`,
  databaseVersion: `${GROUP}/database-version`,
  /** What the last check of an external database found, on the web pods' ConfigMap; see `DatabaseCheck`. */
  lastCheck: `${GROUP}/last-check`,
  /** When the check of an external database before this one ended, on the Job; absent on the first. */
  checkAfter: `${GROUP}/check-after`,
  /** The number of web pods before hibernation, on the Deployment while it sleeps. */
  size: `${GROUP}/size-before-hibernation`,
} as const;

/** Hashes of content that pods read at start, on the pod template: when it changes, they restart. */
export const CONTENT = {
  configuration: `${GROUP}/configuration-hash`,
  credentials: `${GROUP}/credentials-hash`,
  /** Of the Secrets that `spec.env` names and that are to be followed. */
  environment: `${GROUP}/environment-hash`,
} as const;

/** The key of a Secret that holds certificates of authorities, PEM. */
export const CA_KEY = 'ca.crt';

/** In web pods; others may run beside it, which admission webhooks add. */
export const WEB_CONTAINER = 'web';

export const DATABASE_NAME = 'vacation';

export const childName = (app: KubeObject, component: string): string => `${app.metadata.name}-${component}`;
export const credentialsName = (app: KubeObject): string => `${app.metadata.name}-credentials`;
/** The Secret that pods read: the user's own where the spec names one. */
export const credentialsSecretName = (app: VacationApp): string =>
  app.spec.credentials?.secretName ?? credentialsName(app);
export const jobName = (app: KubeObject, task: string, hash: string): string => `${app.metadata.name}-${task}-${hash}`;
export const volumeClaimName = (app: KubeObject): string => `data-${childName(app, 'mysql')}-0`;

/** What selectors select by; part of objects that cannot change, so it never may. */
export const selectorLabels = (app: KubeObject, component: string): Record<string, string> => ({
  [LABEL.app]: app.metadata.name,
  [LABEL.component]: component,
});

export const labels = (app: KubeObject, component: string): Record<string, string> => ({
  ...selectorLabels(app, component),
  [LABEL.name]: 'vacation-app',
  [LABEL.partOf]: app.metadata.name,
  [LABEL.managedBy]: FIELD_MANAGER,
});

/** The version label of what runs an image: its tag, where it has one that fits a label. */
export function versionLabel(image: string): Record<string, string> {
  const [name = ''] = image.split('@');
  const tag = /:([^:/]+)$/.exec(name)?.[1] ?? '';
  return /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(tag) ? { [LABEL.version]: tag } : {};
}

/** Name, namespace and labels of a child; its owner is stamped when it is applied. */
export const childMetadata = (
  app: VacationApp,
  name: string,
  component: string,
): { name: string; namespace: string; labels: Record<string, string> } => ({
  name,
  namespace: app.metadata.namespace ?? '',
  labels: labels(app, component),
});

/** A short hash of a value's JSON, whatever the order of its keys. */
export function contentHash(value: unknown): string {
  return hash('sha256', JSON.stringify(sorted(value))).slice(0, 10);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
