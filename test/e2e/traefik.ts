import { traefik } from '../../scripts/test/python-tools.ts';
import { Place } from './apps.ts';
import { traefikImage } from './traefik-image.ts';
import { world } from './world.ts';

/** Its namespace, and the name of its class, its Service and its rights. */
export const TRAEFIK = 'traefik';
/** Where its entry point for HTTPS listens. The ports of Gateways are those of entry points. */
export const HTTPS_PORT = 8443;
const PING_PORT = 8080;

/**
 * Runs Traefik as controller of the IngressClass and the GatewayClass `traefik`, with the rights that its manual asks for, behind a
 * Service with the node's address that keeps the address of the client. The Gateway API must be there.
 */
export async function installTraefik(): Promise<Place> {
  const place = await Place.make(TRAEFIK);
  const image = await imageOf();
  await world().kubectl.apply(...objects(image));
  await world().kubectl([
    'patch',
    'service',
    TRAEFIK,
    '--namespace',
    TRAEFIK,
    '--subresource=status',
    '--type=merge',
    '--patch',
    balanced(),
  ]);
  await place.kubectl(['rollout', 'status', `deployment/${TRAEFIK}`, '--timeout=120s']);
  return place;
}

export async function removeTraefik(place: Place): Promise<void> {
  const names = ['clusterrole', 'clusterrolebinding', 'ingressclass', 'gatewayclass'].map(
    (kind) => `${kind}/${TRAEFIK}`,
  );
  await world().kubectl(['delete', '--ignore-not-found', ...names]);
  await place.remove();
}

async function imageOf(): Promise<string> {
  const { cluster } = world();
  if (cluster.pulls) return `docker.io/library/traefik:v${traefik.version}`;
  const image = await traefikImage();
  await cluster.load(image);
  return image.tag;
}

/** What the load balancer of a cloud would say of the Service. */
function balanced(): string {
  return JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: world().nodeAddress }] } } });
}

const READ = ['get', 'list', 'watch'];

/** https://doc.traefik.io/traefik/reference/dynamic-configuration/kubernetes-gateway-rbac.yml, and the same for Ingresses. */
const RIGHTS = [
  { apiGroups: [''], resources: ['services', 'secrets', 'configmaps', 'namespaces', 'nodes'], verbs: READ },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingressclasses'], verbs: READ },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update'] },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['*'], verbs: READ },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['*/status'], verbs: ['update'] },
];

function objects(image: string): object[] {
  const metadata = { name: TRAEFIK };
  const inside = { name: TRAEFIK, namespace: TRAEFIK };
  const labels = { app: TRAEFIK };
  const rbac = 'rbac.authorization.k8s.io';
  const container = {
    name: TRAEFIK,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: [TRAEFIK],
    args: [
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
      '--ping',
      `--entrypoints.traefik.address=:${PING_PORT}`,
      `--entrypoints.websecure.address=:${HTTPS_PORT}`,
      '--entrypoints.websecure.http.tls=true',
      `--providers.kubernetesingress.ingressclass=${TRAEFIK}`,
      `--providers.kubernetesingress.ingressendpoint.publishedservice=${TRAEFIK}/${TRAEFIK}`,
      '--providers.kubernetesgateway',
      `--providers.kubernetesgateway.statusaddress.service.namespace=${TRAEFIK}`,
      `--providers.kubernetesgateway.statusaddress.service.name=${TRAEFIK}`,
    ],
    readinessProbe: { httpGet: { path: '/ping', port: PING_PORT }, periodSeconds: 1 },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inside },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules: RIGHTS },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: TRAEFIK },
      subjects: [{ kind: 'ServiceAccount', ...inside }],
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: inside,
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        selector: labels,
        ports: [{ name: 'https', port: 443, targetPort: HTTPS_PORT }],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: inside,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: TRAEFIK,
            securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [container],
          },
        },
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata,
      spec: { controller: 'traefik.io/ingress-controller' },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata,
      spec: { controllerName: 'traefik.io/gateway-controller' },
    },
  ];
}
