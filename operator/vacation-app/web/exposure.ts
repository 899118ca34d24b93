import type { V1Ingress, V1Service } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION, type GatewaySettings, type ParentReference } from '../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../api/conditions.ts';
import type { Observed } from '../observe.ts';
import { podsOf } from '../pods.ts';
import type { HttpRoute, RouteParent } from './web-http-route.ts';

/** Whether the app can be reached from outside in each of the ways that the spec asks for: the first that is not, else the first; none where it asks for none. */
export function exposed({ spec }: CompleteApp, observed: Observed): Finding[] {
  const ways = [
    ...(spec.ingress ? [ingressExposed(observed.ingress)] : []),
    ...(spec.gateway ? [routeExposed(spec.gateway, observed)] : []),
  ];
  return [ways.find(({ status }) => status !== 'True') ?? ways.slice(0, 1)].flat();
}

const is = (message: string): Finding => findingOf(CONDITION.exposed, true, REASON.available, message);
const not = (reason: string, message: string): Finding => findingOf(CONDITION.exposed, false, reason, message);

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

function ingressExposed(ingress: V1Ingress | undefined): Finding {
  if (!ingress) return not(REASON.waitingForWeb, messageOf(REASON.waitingForWeb, { way: 'Ingress' }));
  const { metadata, spec, status } = ingress;
  const name = metadata?.name ?? '';
  const addresses = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  if (addresses.length > 0) return is(`Ingress ${name} is served at ${addresses.join(', ')}`);
  const className = spec?.ingressClassName ?? metadata?.annotations?.[CLASS_ANNOTATION];
  // The API server fills in the cluster's default class: that none is there means that there is none.
  return className === undefined
    ? not(REASON.noIngressClass, messageOf(REASON.noIngressClass, { ingress: name }))
    : not(REASON.addressPending, messageOf(REASON.addressPending, { ingress: name, className }));
}

function routeExposed({ parentRefs }: GatewaySettings, { httpRoute, isGatewayApiServed }: Observed): Finding {
  if (!isGatewayApiServed) return not(REASON.gatewayApiMissing, messageOf(REASON.gatewayApiMissing));
  if (!httpRoute) return not(REASON.waitingForWeb, messageOf(REASON.waitingForWeb, { way: 'HTTPRoute' }));
  const waiting = parentRefs.map((parent) => parentTrouble(parent, httpRoute)).find(Boolean);
  if (waiting) return waiting;
  const names = parentRefs.map(({ name }) => name).join(', ');
  return is(`HTTPRoute ${httpRoute.metadata.name} is accepted by Gateway ${names}`);
}

/** What keeps one Gateway from serving the route as it is now. */
function parentTrouble(parent: ParentReference, route: HttpRoute): Finding | undefined {
  const { name, namespace = '', generation } = route.metadata;
  const gateway = `Gateway ${parent.namespace ?? namespace}/${parent.name}`;
  const told = route.status?.parents?.find((candidate) => isSame(candidate, parent, namespace))?.conditions ?? [];
  const conditions = ['Accepted', 'ResolvedRefs'].map((type) =>
    told.find((condition) => condition.type === type && (condition.observedGeneration ?? generation) === generation),
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

function isSame({ parentRef }: RouteParent, parent: ParentReference, own: string): boolean {
  const { name, namespace = own, sectionName, port } = parentRef;
  return (
    name === parent.name &&
    namespace === (parent.namespace ?? own) &&
    sectionName === parent.sectionName &&
    port === parent.port
  );
}

/**
 * The address at which a person opens the app: of the Ingress, of the Gateway, of the Service's load balancer, or of a node with its node
 * port; else the Service's name, which resolves inside the cluster.
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
  // The one that the status names already: pods come and go.
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

/** A Gateway's listeners are its owner's, and not read here: the reference tells by what it is attached to. */
const isTls = ({ port, sectionName }: ParentReference): boolean => port === 443 || /^https\b/.test(sectionName ?? '');
