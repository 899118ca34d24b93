import type { V1PodSpec } from '@kubernetes/client-node';
import { WEB_CPU_REQUEST, type CompleteApp } from '../../api/defaults.ts';
import { isMore } from '../../api/quantity.ts';
import { contentHash, WEB_CONTAINER } from '../names.ts';
import { maxConnections } from '../database/managed/max-connections.ts';

type Settings = Readonly<Record<string, string>>;

/** The parts of pod specs, and of the configuration that pods read at start, that the operator decides. */
interface Parts {
  readonly web: V1PodSpec;
  readonly mysql: V1PodSpec;
  readonly webSettings: Settings;
  readonly mysqlSettings: Settings;
}

/**
 * A change of these parts in a newer operator. Pods restart when it applies, so a child stays at the revision that it was created with until
 * the user asks for an update (`interstellar.dev/update`).
 *
 * So do not change what `web-pod.ts`, `mysql-stateful-set.ts` or the settings of the two ConfigMaps build from the same spec. Add a revision here
 * instead. The goldens of the first revision never change.
 */
export type TemplateRevision = { readonly [P in keyof Parts]?: (part: Parts[P], app: CompleteApp) => Parts[P] };

/** Revision n is the nth entry. It applies after all earlier ones. */
const REVISIONS: readonly TemplateRevision[] = [
  {},
  { mysqlSettings: (settings, app) => ({ ...settings, max_connections: String(maxConnections(app)) }) },
  {
    // All ports of a host share its cookies, so two apps on node ports need different cookie names.
    webSettings: (settings, app) => ({
      ...settings,
      COOKIE_PREFIX: contentHash([app.metadata.namespace, app.metadata.name]),
    }),
  },
  { web: withCpuRequest },
];

export const LATEST_REVISION = REVISIONS.length;

/**
 * Adds a CPU request, which the autoscaler needs; a request of 0 is none. Without a request Kubernetes sets it to the limit, and it must not be
 * above the limit.
 */
function withCpuRequest(pod: V1PodSpec): V1PodSpec {
  const containers = pod.containers.map((container) => {
    const { requests, limits } = container.resources ?? {};
    const isGiven = requests?.cpu === undefined ? limits?.cpu !== undefined : isMore(requests.cpu, '0');
    if (container.name !== WEB_CONTAINER || isGiven) return container;
    const cpu = limits?.cpu ?? WEB_CPU_REQUEST;
    return { ...container, resources: { ...container.resources, requests: { ...requests, cpu } } };
  });
  return { ...pod, containers };
}

/** The part at that revision. `first` is the part at the first revision. */
export function atRevision<P extends keyof Parts>(
  revision: number,
  part: P,
  first: Parts[P],
  app: CompleteApp,
  revisions = REVISIONS,
): Parts[P] {
  return revisions.slice(0, revision).reduce((value, change) => change[part]?.(value, app) ?? value, first);
}
