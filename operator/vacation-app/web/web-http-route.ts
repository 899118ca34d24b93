import type { CompleteApp } from '../../api/defaults.ts';
import type { ParentReference } from '../../api/vacation-app.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { childMetadata, childName } from '../names.ts';

/** The fields of an HTTPRoute that the operator uses; https://gateway-api.sigs.k8s.io/reference/spec/#httproute */
export interface HttpRoute extends KubeObject {
  spec: { parentRefs: ParentReference[]; hostnames?: string[]; rules: object[] };
  status?: { parents?: RouteParent[] };
}

/** The status of the route for one parent, from the controller of that parent. */
export interface RouteParent {
  parentRef: ParentReference;
  conditions?: { type: string; status: string; reason: string; message: string; observedGeneration?: number }[];
}

/** Exposes the web pods through a Gateway that somebody else manages. */
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
