import type { CompleteApp } from '../../api/defaults.ts';
import type { ParentReference } from '../../api/vacation-app.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { childMetadata, childName } from '../names.ts';

/** As much of an HTTPRoute as is written and read here; https://gateway-api.sigs.k8s.io/reference/spec/#httproute */
export interface HttpRoute extends KubeObject {
  spec: { parentRefs: ParentReference[]; hostnames?: string[]; rules: object[] };
  status?: { parents?: RouteParent[] };
}

/** What one controller says of the route and one of its parents. */
export interface RouteParent {
  parentRef: ParentReference;
  conditions?: { type: string; status: string; reason: string; message: string; observedGeneration?: number }[];
}

/** The way in from outside through a Gateway that somebody else keeps. */
export function webHttpRoute(app: CompleteApp): HttpRoute | undefined {
  if (app.spec.gateway === undefined) return undefined;
  const { parentRefs, hostnames } = app.spec.gateway;
  const backend = { name: childName(app, 'web'), port: app.spec.service.port };
  return {
    metadata: childMetadata(app, childName(app, 'web'), 'web'),
    spec: {
      parentRefs,
      ...(hostnames === undefined ? {} : { hostnames }),
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [backend] }],
    },
  };
}
