import type { V1PodSecurityContext, V1SecurityContext } from '@kubernetes/client-node';

/** What Pod Security `restricted` asks of a pod; https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export const podSecurity = (user: number): V1PodSecurityContext => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
});

export const containerSecurity = (): V1SecurityContext => ({
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
});
