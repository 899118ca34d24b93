/** Who chooses the user and group ids of pods: the operator, or the platform when it admits them. */
export type PodIds = 'Managed' | 'Platform';

/** The settings that depend on the cluster. */
export interface Platform {
  readonly podIds: PodIds;
  /** The ports of DNS pods. */
  readonly dnsPorts: readonly number[];
}

/** The API group of OpenShift's SecurityContextConstraints. They refuse ids outside of the range of the namespace. */
export const OPENSHIFT_GROUP = 'security.openshift.io';

/**
 * OpenShift's DNS pods listen on 5353. Network policies apply to the port of the pod, not of the Service. With another setting than
 * `Discovered`, nobody knows whether the cluster is OpenShift, so both ports are open.
 */
export const platformOf = (setting: 'Discovered' | PodIds, isOpenShift: boolean): Platform => ({
  podIds: setting === 'Discovered' ? (isOpenShift ? 'Platform' : 'Managed') : setting,
  dnsPorts: isOpenShift || setting !== 'Discovered' ? [53, 5353] : [53],
});
