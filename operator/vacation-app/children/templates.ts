import type { V1PodSpec } from '@kubernetes/client-node';
import { WEB_CPU_REQUEST, type CompleteApp } from '../../api/defaults.ts';
import { contentHash, WEB_CONTAINER } from '../names.ts';
import { maxConnections } from '../database/managed/max-connections.ts';

type Settings = Readonly<Record<string, string>>;

/** What the operator itself writes into pods and into the configuration that they read at their start. */
interface Parts {
  readonly web: V1PodSpec;
  readonly mysql: V1PodSpec;
  readonly webSettings: Settings;
  readonly mysqlSettings: Settings;
}

/**
 * A change of what the operator writes there. Pods restart when it applies, so a child keeps the revision that it was made with, and
 * moves on when its owner asks (`interstellar.dev/update`). A change to the specs of `web-pod.ts` or `mysql-stateful-set.ts`, or to the
 * settings of the two ConfigMaps, that is not caused by the app's own spec is therefore never made there but as a new entry here: the goldens
 * of the first revision hold for ever.
 */
export type TemplateRevision = { readonly [P in keyof Parts]?: (part: Parts[P], app: CompleteApp) => Parts[P] };

/** Revision n is the nth entry, applied after all those before it. */
const REVISIONS: readonly TemplateRevision[] = [
  {},
  { mysqlSettings: (settings, app) => ({ ...settings, max_connections: String(maxConnections(app)) }) },
  {
    // Cookies of one host are shared by all its ports: two apps on node ports must not have the same names.
    webSettings: (settings, app) => ({
      ...settings,
      COOKIE_PREFIX: contentHash([app.metadata.namespace, app.metadata.name]),
    }),
  },
  { web: withCpuRequest },
];

export const LATEST_REVISION = REVISIONS.length;

/** The autoscaler needs a request of CPU. Where there is only a limit of CPU, Kubernetes requests as much. */
function withCpuRequest(pod: V1PodSpec): V1PodSpec {
  const containers = pod.containers.map((container) => {
    const { requests, limits } = container.resources ?? {};
    if (container.name !== WEB_CONTAINER || (requests?.cpu ?? limits?.cpu) !== undefined) return container;
    return { ...container, resources: { ...container.resources, requests: { ...requests, cpu: WEB_CPU_REQUEST } } };
  });
  return { ...pod, containers };
}

/** The part as it is at that revision. */
export function atRevision<P extends keyof Parts>(
  revision: number,
  part: P,
  first: Parts[P],
  app: CompleteApp,
  revisions = REVISIONS,
): Parts[P] {
  return revisions.slice(0, revision).reduce((value, change) => change[part]?.(value, app) ?? value, first);
}

/** Whether a later revision changes anything of that component. */
export const isOutdated = (revision: number, component: 'web' | 'mysql', revisions = REVISIONS): boolean =>
  revisions.slice(revision).some((change) => change[component] ?? change[`${component}Settings`]);
