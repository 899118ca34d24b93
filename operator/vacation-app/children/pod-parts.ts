import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { databaseKindOf } from '../database/database.ts';
import { childName } from '../names.ts';
import type { PodIds } from '../platform.ts';
import { containerSecurity, podSecurity } from './security.ts';

/** The user `node` of the official Node.js image. */
const NODE_USER = 1000;

/** The common part of all pods that run the web app's image. */
export function podBase(app: CompleteApp, podIds: PodIds): Omit<V1PodSpec, 'containers'> {
  const { nodeSelector, tolerations, priorityClassName } = app.spec.pod ?? {};
  const { volumes = [] } = databaseKindOf(app).mounts?.(app) ?? {};
  return {
    serviceAccountName: childName(app, 'web'),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity(NODE_USER, podIds),
    ...(app.spec.imagePullSecrets === undefined ? {} : { imagePullSecrets: app.spec.imagePullSecrets }),
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }, ...volumes],
  };
}

export function containerBase(app: CompleteApp, image: string): Omit<V1Container, 'name'> {
  const { volumeMounts = [] } = databaseKindOf(app).mounts?.(app) ?? {};
  return {
    image,
    imagePullPolicy: app.spec.imagePullPolicy,
    envFrom: [{ configMapRef: { name: childName(app, 'web') } }],
    securityContext: containerSecurity(),
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...volumeMounts],
  };
}
