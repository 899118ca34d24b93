/** Who chooses the user and group ids of pods: the operator, or the platform when it admits them. */
export type PodIds = 'Managed' | 'Platform';

/** What differs between the clusters that the operator runs in. */
export interface Platform {
  readonly podIds: PodIds;
  /** Where pods reach DNS. */
  readonly dnsPorts: readonly number[];
}

/** The group of OpenShift's SecurityContextConstraints, which refuse ids outside of a range of each namespace. */
export const OPENSHIFT_GROUP = 'security.openshift.io';

/** OpenShift's DNS pods listen on 5353, and network policies are held against the port of the pod. */
export const platformOf = (setting: 'Discovered' | PodIds, isOpenShift: boolean): Platform => ({
  podIds: setting === 'Discovered' ? (isOpenShift ? 'Platform' : 'Managed') : setting,
  dnsPorts: isOpenShift || setting === 'Platform' ? [53, 5353] : [53],
});
