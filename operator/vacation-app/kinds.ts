import type { Kind } from '../runtime/client/kinds.ts';

const kind = (apiVersion: string, name: string, plural: string): Kind => ({ apiVersion, kind: name, plural });

export const SECRET = kind('v1', 'Secret', 'secrets');
/** Users' Secrets with the watch label. They have a separate watch and cache. */
export const FOLLOWED_SECRET: Kind = { ...SECRET, kind: 'FollowedSecret' };
export const CONFIG_MAP = kind('v1', 'ConfigMap', 'configmaps');
export const SERVICE = kind('v1', 'Service', 'services');
export const SERVICE_ACCOUNT = kind('v1', 'ServiceAccount', 'serviceaccounts');
export const POD = kind('v1', 'Pod', 'pods');
export const VOLUME_CLAIM = kind('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');
export const STATEFUL_SET = kind('apps/v1', 'StatefulSet', 'statefulsets');
export const DEPLOYMENT = kind('apps/v1', 'Deployment', 'deployments');
export const JOB = kind('batch/v1', 'Job', 'jobs');
export const AUTOSCALER = kind('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers');
export const INGRESS = kind('networking.k8s.io/v1', 'Ingress', 'ingresses');
/** Optional: the CRD may be missing, or be installed later. */
export const HTTP_ROUTE = kind('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes');
export const NETWORK_POLICY = kind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies');
/** Read when needed, never watched. */
export const EVENT = kind('v1', 'Event', 'events');
export const DISRUPTION_BUDGET = kind('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets');
