import type { V1PodSpec } from '@kubernetes/client-node';

/**
 * A change of what the operator writes into pods. Pods restart when it applies, so a child keeps the revision that it was made with, and
 * moves on when its owner asks (`interstellar.dev/update`). A change to the specs of `web-pod.ts` or `mysql-stateful-set.ts` that is not
 * caused by the app's own spec is therefore never made there but as a new entry here: the goldens of the first revision hold for ever. So do
 * those of the settings in the two ConfigMaps, whose hashes are in the pods.
 */
export interface TemplateRevision {
  readonly web: (pod: V1PodSpec) => V1PodSpec;
  readonly mysql: (pod: V1PodSpec) => V1PodSpec;
}

const unchanged = (pod: V1PodSpec): V1PodSpec => pod;

/** Revision n is the (n-1)th entry, applied after all those before it. */
const REVISIONS: readonly TemplateRevision[] = [{ web: unchanged, mysql: unchanged }];

export const LATEST_REVISION = REVISIONS.length;

export const atRevision = (revision: number, part: keyof TemplateRevision, pod: V1PodSpec): V1PodSpec =>
  REVISIONS.slice(0, revision).reduce((spec, change) => change[part](spec), pod);
