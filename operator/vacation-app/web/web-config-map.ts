import type { V1ConfigMap } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import type { Facts } from '../facts.ts';
import { childMetadata, childName } from '../names.ts';
import { atRevision } from '../children/templates.ts';

export const WEB_PORT = 5000;
export const PROBE_PORT = 9090;

/** The settings of the web app, as environment variables. */
export function webConfigMap(app: CompleteApp, { web, remembered }: Facts): V1ConfigMap {
  return {
    metadata: { ...childMetadata(app, childName(app, 'web'), 'web'), annotations: remembered },
    data: atRevision(web.revision, 'webSettings', settingsOf(app), app),
  };
}

/** The settings of the first revision. Later changes that do not come from the spec are in `templates.ts`. */
function settingsOf(app: CompleteApp): Record<string, string> {
  const { capacityPerDeparture, destinations } = app.spec.booking;
  return {
    PORT: String(WEB_PORT),
    PROBE_PORT: String(PROBE_PORT),
    CAPACITY_PER_DEPARTURE: String(capacityPerDeparture),
    // One proxy: the ingress controller or the Gateway. Users with more proxies set the variable in spec.env.
    ...((app.spec.ingress ?? app.spec.gateway) ? { TRUST_PROXY: '1' } : {}),
    ...(destinations === undefined ? {} : { DESTINATIONS: JSON.stringify(destinations) }),
  };
}
