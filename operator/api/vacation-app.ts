import type {
  V1Affinity,
  V1EnvVar,
  V1LocalObjectReference,
  V1ObjectMeta,
  V1ResourceRequirements,
  V1Toleration,
  V1TopologySpreadConstraint,
} from '@kubernetes/client-node';
import type { Condition } from './conditions.ts';

export const GROUP = 'interstellar.dev';

export const VACATION_APP = { apiVersion: `${GROUP}/v1alpha1`, kind: 'VacationApp', plural: 'vacationapps' } as const;

/** A declared booking application. The schema in `crds/` describes each field, with its bounds and default. */
export interface VacationApp {
  apiVersion?: string;
  kind?: string;
  metadata: V1ObjectMeta & { name: string };
  spec: VacationAppSpec;
  status?: VacationAppStatus;
}

export interface VacationAppSpec {
  mode?: 'Running' | 'Hibernated';
  image?: string;
  imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  imagePullSecrets?: V1LocalObjectReference[];
  inheritedMetadata?: InheritedMetadata;
  replicas?: number;
  autoscaling?: Autoscaling;
  disruptionBudget?: 'Managed' | 'Disabled';
  resources?: V1ResourceRequirements;
  jobs?: { resources?: V1ResourceRequirements };
  env?: V1EnvVar[];
  pod?: PodSettings;
  service?: ServiceSettings;
  ingress?: IngressSettings;
  gateway?: GatewaySettings;
  booking?: Booking;
  database?: { managed?: ManagedDatabase; external?: ExternalDatabase };
  credentials?: { secretName?: string };
  deletionPolicy?: 'Retain' | 'Delete';
  networkPolicy?: 'Managed' | 'Disabled';
}

export interface InheritedMetadata {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface Autoscaling {
  mode?: 'Managed' | 'External';
  minReplicas?: number;
  maxReplicas?: number;
  targetCPUUtilizationPercentage?: number;
  scaleDownStabilizationSeconds?: number;
}

/** The nodes and the priority of a pod. */
export interface Scheduling {
  nodeSelector?: Record<string, string>;
  tolerations?: V1Toleration[];
  affinity?: V1Affinity;
  priorityClassName?: string;
}

export interface PodSettings extends Scheduling {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  topologySpreadConstraints?: V1TopologySpreadConstraint[];
}

export interface ServiceSettings {
  type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  port?: number;
  nodePort?: number;
  annotations?: Record<string, string>;
}

export interface IngressSettings {
  host: string;
  className?: string;
  tlsSecretName?: string;
  annotations?: Record<string, string>;
}

export interface GatewaySettings {
  parentRefs: ParentReference[];
  hostnames?: string[];
}

/** A Gateway and one of its listeners, or all of them. */
export interface ParentReference {
  name: string;
  namespace?: string;
  sectionName?: string;
  port?: number;
}

export interface Booking {
  capacityPerDeparture?: number;
  destinations?: { id: string; name: string; capacity?: number }[];
}

export interface ManagedDatabase extends Scheduling {
  image?: string;
  storage?: { size?: string; storageClassName?: string };
  resources?: V1ResourceRequirements;
  configuration?: Record<string, string>;
}

export interface ExternalDatabase {
  host: string;
  port?: number;
  name: string;
  credentialsSecretName: string;
  tls?: DatabaseTls;
}

export interface DatabaseTls {
  mode?: 'Disabled' | 'Required' | 'VerifyIdentity';
  caSecretName?: string;
}

export interface VacationAppStatus {
  observedGeneration: number;
  conditions?: Condition[];
  url?: string;
  image?: string;
  schemaVersion?: string;
  web?: { desired: number; ready: number; updated: number; summary: string };
  autoscaling?: { minReplicas: number; maxReplicas: number; desiredReplicas: number };
  database?: { version?: string; endpoint?: string; storage?: string; deletionPolicy?: 'Retain' | 'Delete' };
  lastHandled?: { restart?: string };
  drift?: readonly Correction[];
}

/** A change by somebody else that the operator has corrected. */
export interface Correction {
  /** `Kind/name`, in the app's namespace. */
  readonly object: string;
  /** In readable form, e.g. `spec.ports[http].port`. `*` is the whole object, which had been deleted. */
  readonly field: string;
  /** The field manager that changed it. `admission` is a mutating webhook or policy, `unknown` means that Kubernetes recorded none. */
  readonly manager: string;
  readonly count: number;
  /** The time of the last correction, RFC 3339. */
  readonly time: string;
}

/** Annotations of a `VacationApp` that users set. */
export const ANNOTATION = {
  /** `"true"`: report the status, but change nothing. */
  paused: `${GROUP}/paused`,
  /** Any new string: replace pinned images and pod templates by the current choice of this operator. */
  update: `${GROUP}/update`,
  /** Any new string: restart the web pods, a few at a time. */
  restart: `${GROUP}/restart`,
} as const;

export const CONDITION = {
  ready: 'Ready',
  reconciling: 'Reconciling',
  stalled: 'Stalled',
  credentialsReady: 'CredentialsReady',
  databaseReady: 'DatabaseReady',
  schemaReady: 'SchemaReady',
  webReady: 'WebReady',
  autoscalingReady: 'AutoscalingReady',
  exposed: 'Exposed',
  updateAvailable: 'UpdateAvailable',
} as const;

export { REASON } from './reasons.ts';
