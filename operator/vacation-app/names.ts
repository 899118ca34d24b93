import { hash } from 'node:crypto';
import { GROUP, type VacationApp } from '../api/vacation-app.ts';
import type { KubeObject } from '../runtime/client/kinds.ts';

/** The field manager of all desired state. */
export const FIELD_MANAGER = 'vacation-operator';
/** The field manager that sets the first value of `spec.replicas` for the autoscaler, so that `FIELD_MANAGER` does not own the field. */
export const HANDOVER_MANAGER = 'vacation-operator-handover';

export const LABEL = {
  /** The app of a child. Watches and pod selectors use it. */
  app: `${GROUP}/app`,
  /** On a user's Secret: watch it. */
  watch: `${GROUP}/watch`,
  name: 'app.kubernetes.io/name',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
  /** The image tag of the component. Never in a pod template or a selector. */
  version: 'app.kubernetes.io/version',
} as const;

/** Annotations on children that store facts across restarts of the operator. */
export const FACT = {
  /** The image of the child, which stays if the spec names none. */
  image: `${GROUP}/pinned-image`,
  /** The template revision of the child. */
  revision: `${GROUP}/template-revision`,
  /** `Platform` if the platform chooses the user and group ids of the child's pods. */
  podIds: `${GROUP}/pod-ids`,
  /** The value of the app's update annotation that the above result from. */
  update: `${GROUP}/update-handled`,
  /** The value of the app's restart annotation, on the pod template. */
  restart: `${GROUP}/restart-handled`,
  /** On the claim: the uid of the app that last used the volume. For people; the operator does not read it. */
  ownerUid: `${GROUP}/owner-uid`,
  /**
   * The last completed migration; see `Migration`. On the claim of the migrated volume, so that a new volume does not have it. For an external
   * database, on the web ConfigMap.
   */
  migrated: `${GROUP}/migrated`,
  /** The versions that the migration reported, on the claim and on the Deployment that followed it. */
  schemaVersion: `${GROUP}/schema-version`,
  databaseVersion: `${GROUP}/database-version`,
  /** On the web ConfigMap: the result of the last check of an external database; see `DatabaseCheck`. */
  lastCheck: `${GROUP}/last-check`,
  /** On the Job of a check: when the previous check ended. Not on the first. */
  checkAfter: `${GROUP}/check-after`,
  /** On a Job: a hash of the pod template that it was made with; see `isOvertaken`. */
  podTemplate: `${GROUP}/pod-template-hash`,
  /** On a hibernated Deployment: the number of web pods before hibernation. */
  size: `${GROUP}/size-before-hibernation`,
} as const;

/** Annotations on the pod template: hashes of what pods read at start. A changed hash restarts the pods. */
export const CONTENT = {
  configuration: `${GROUP}/configuration-hash`,
  credentials: `${GROUP}/credentials-hash`,
  /** The hash of followed Secrets in `spec.env`. */
  environment: `${GROUP}/environment-hash`,
} as const;

/** The key of CA certificates (PEM) in a Secret. */
export const CA_KEY = 'ca.crt';

/** The container of web pods. Admission webhooks may add others. */
export const WEB_CONTAINER = 'web';

export const DATABASE_NAME = 'vacation';

export const childName = (app: KubeObject, component: string): string => `${app.metadata.name}-${component}`;
export const credentialsName = (app: KubeObject): string => `${app.metadata.name}-credentials`;
/** The Secret that pods read: the one in the spec, else the generated one. */
export const credentialsSecretName = (app: VacationApp): string =>
  app.spec.credentials?.secretName ?? credentialsName(app);
export const jobName = (app: KubeObject, task: string, hash: string): string => `${app.metadata.name}-${task}-${hash}`;
export const volumeClaimName = (app: KubeObject): string => `data-${childName(app, 'mysql')}-0`;

/** The labels in selectors. Selectors are immutable, so these labels must never change. */
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

const OWN_LABELS: readonly string[] = [LABEL.name, LABEL.component, LABEL.partOf, LABEL.managedBy];

/** Whether the operator itself sets the label or annotation on pod templates. The CRD refuses such keys in `spec.inheritedMetadata`. */
export const isOwnKey = (key: string): boolean => key.startsWith(`${GROUP}/`) || OWN_LABELS.includes(key);

/** The version label: the tag of the image. Empty if there is no tag, or if it is not a valid label value. */
export function versionLabel(image: string): Record<string, string> {
  const [name = ''] = image.split('@');
  const tag = /:([^:/]+)$/.exec(name)?.[1] ?? '';
  return /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(tag) ? { [LABEL.version]: tag } : {};
}

/** The name, namespace and labels of a child. The owner is added at apply. */
export const childMetadata = (
  app: VacationApp,
  name: string,
  component: string,
): { name: string; namespace: string; labels: Record<string, string> } => ({
  name,
  namespace: app.metadata.namespace ?? '',
  labels: labels(app, component),
});

/** A short hash of a value's JSON. The order of keys does not matter. */
export function contentHash(value: unknown): string {
  return hash('sha256', JSON.stringify(sorted(value))).slice(0, 10);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
