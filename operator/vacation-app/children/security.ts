import type { V1PodSecurityContext, V1SecurityContext } from '@kubernetes/client-node';
import type { PodIds } from '../platform.ts';

/**
 * The pod's settings for Pod Security `restricted`, with the user and group unless the platform chooses them.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const podSecurity = (user: number, ids: PodIds): V1PodSecurityContext => ({
  runAsNonRoot: true,
  ...(ids === 'Platform' ? {} : { runAsUser: user, runAsGroup: user }),
  seccompProfile: { type: 'RuntimeDefault' },
});

export const containerSecurity = (): V1SecurityContext => ({
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
});
