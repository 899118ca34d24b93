import type { V1Service } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION, type GatewaySettings, type ParentReference } from '../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../api/conditions.ts';
import { childName } from '../names.ts';
import type { Observed } from '../observe.ts';
import { podsOf } from '../pods.ts';
import { notMade } from '../status/not-made.ts';
import type { StatusInput } from '../status/status.ts';
import type { HttpRoute, RouteParent } from './web-http-route.ts';

type Exposing = Pick<StatusInput, 'app' | 'observed' | 'waits' | 'failure'>;

/** The condition `Exposed`: the first of the Ingress and the Gateway route that does not work, else the first. Empty if the spec asks for neither. */
export function exposed(input: Exposing): Finding[] {
  const { spec } = input.app;
  const ways = [
    ...(spec.ingress ? [ingressExposed(input)] : []),
    ...(spec.gateway ? [routeExposed(spec.gateway, input)] : []),
  ];
  return [ways.find(({ status }) => status !== 'True') ?? ways.slice(0, 1)].flat();
}

const is = (message: string): Finding => findingOf(CONDITION.exposed, true, REASON.available, message);
const not = (reason: string, message: string): Finding => findingOf(CONDITION.exposed, false, reason, message);

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Of an Ingress or HTTPRoute that is not there. */
function absent(way: 'Ingress' | 'HTTPRoute', { app, waits, failure }: Exposing): Finding {
  return waits.exposure === undefined
    ? notMade(CONDITION.exposed, REASON.waitingForWeb, `${way} ${childName(app, 'web')}`, failure)
    : not(REASON.waitingForWeb, messageOf(REASON.waitingForWeb, { way }));
}

function ingressExposed(input: Exposing): Finding {
  const { ingress } = input.observed;
  if (!ingress) return absent('Ingress', input);
  const { metadata, spec, status } = ingress;
  const name = metadata?.name ?? '';
  const addresses = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  if (addresses.length > 0) return is(`Ingress ${name} is served at ${addresses.join(', ')}`);
  const className = spec?.ingressClassName ?? metadata?.annotations?.[CLASS_ANNOTATION];
  // The API server fills in the default class, so without a class here the cluster has no default.
  return className === undefined
    ? not(REASON.noIngressClass, messageOf(REASON.noIngressClass, { ingress: name }))
    : not(REASON.addressPending, messageOf(REASON.addressPending, { ingress: name, className }));
}

function routeExposed({ parentRefs }: GatewaySettings, input: Exposing): Finding {
  const { httpRoute, isGatewayApiServed } = input.observed;
  if (!isGatewayApiServed) return not(REASON.gatewayApiMissing, messageOf(REASON.gatewayApiMissing));
  if (!httpRoute) return absent('HTTPRoute', input);
  const waiting = parentRefs.map((parent) => parentTrouble(parent, httpRoute)).find(Boolean);
  if (waiting) return waiting;
  const names = parentRefs.map(({ name }) => name).join(', ');
  return is(`HTTPRoute ${httpRoute.metadata.name} is accepted by Gateway ${names}`);
}

/** Why a Gateway does not serve the current generation of the route. */
function parentTrouble(parent: ParentReference, route: HttpRoute): Finding | undefined {
  const { name, namespace = '', generation } = route.metadata;
  const gateway = `Gateway ${parent.namespace ?? namespace}/${parent.name}`;
  const reported = route.status?.parents?.find((candidate) => isSame(candidate, parent, namespace))?.conditions ?? [];
  const conditions = ['Accepted', 'ResolvedRefs'].map((type) =>
    reported.find(
      (condition) => condition.type === type && (condition.observedGeneration ?? generation) === generation,
    ),
  );
  const refused = conditions.find((condition) => condition?.status === 'False');
  if (refused) {
    const words = `${refused.reason}: ${refused.message}`;
    return not(REASON.routeRejected, messageOf(REASON.routeRejected, { gateway, route: name, words }));
  }
  if (conditions.every((condition) => condition?.status === 'True')) return undefined;
  const look = `kubectl get gateway ${parent.name} --namespace ${parent.namespace ?? namespace}`;
  return not(REASON.routePending, messageOf(REASON.routePending, { gateway, route: name, look }));
}

function isSame({ parentRef }: RouteParent, parent: ParentReference, routeNamespace: string): boolean {
  const { name, namespace = routeNamespace, sectionName, port } = parentRef;
  return (
    name === parent.name &&
    namespace === (parent.namespace ?? routeNamespace) &&
    sectionName === parent.sectionName &&
    port === parent.port
  );
}

/**
 * The URL at which a person can open the app: the host of the Ingress or of the Gateway route, the load balancer of the Service, or a node with
 * the node port. Otherwise the name of the Service, which resolves inside the cluster only.
 */
export function urlOf(app: CompleteApp, observed: Pick<Observed, 'webService' | 'pods'>): string {
  const { ingress, gateway, service } = app.spec;
  if (ingress) return `${ingress.tlsSecretName === undefined ? 'http' : 'https'}://${ingress.host}`;
  const hostname = gateway?.hostnames?.find((name) => !name.startsWith('*.'));
  if (gateway && hostname !== undefined) return `${gateway.parentRefs.some(isTls) ? 'https' : 'http'}://${hostname}`;
  const balancer = balancerOf(observed.webService);
  if (balancer !== undefined) return httpUrl(balancer, service.port);
  const nodePort = observed.webService?.spec?.ports?.find(({ name }) => name === 'http')?.nodePort;
  const nodes = nodePort === undefined ? [] : nodesOf(observed).map((node) => httpUrl(node, nodePort));
  // Prefer the node in the current status, so that the URL does not change with each pod.
  const node = nodes.find((url) => url === app.status?.url) ?? nodes[0];
  if (node !== undefined) return node;
  return httpUrl(`${app.metadata.name}-web.${app.metadata.namespace ?? ''}.svc`, service.port);
}

function balancerOf(service: V1Service | undefined): string | undefined {
  const [first] = service?.status?.loadBalancer?.ingress ?? [];
  return first?.hostname ?? first?.ip;
}

/** The addresses of the nodes where a web pod is ready. */
function nodesOf(observed: Pick<Observed, 'pods'>): string[] {
  const ready = podsOf(observed, 'web').filter(
    (pod) =>
      pod.metadata?.deletionTimestamp === undefined &&
      pod.status?.containerStatuses?.some((container) => container.name === 'web' && container.ready),
  );
  return ready.flatMap((pod) => pod.status?.hostIP ?? []).sort();
}

function httpUrl(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === 80 ? `http://${name}` : `http://${name}:${port}`;
}

/** Whether the route is attached to an HTTPS listener, judged by port or name. The operator does not read Gateways. */
const isTls = ({ port, sectionName }: ParentReference): boolean => port === 443 || /^https\b/.test(sectionName ?? '');
