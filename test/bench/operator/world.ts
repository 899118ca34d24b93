import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { createApiClient, type ApiClient } from '../../../operator/runtime/client/api-client.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { SERVICE_ACCOUNT } from '../../../operator/vacation-app/kinds.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { eventually } from '../../integration/operator/world.ts';
import { readCrd } from '../../support/crd.ts';
import { startKubeApiserver, type KubeApiserver } from '../../support/kube-apiserver.ts';
import { simulateWorkloads, type SimulatedWorkloads } from '../../support/simulated-workloads.ts';
import { POLICY } from './audit.ts';

const SYSTEM = 'vacation-system';

const kind = (apiVersion: string, name: string, plural: string): Kind => ({ apiVersion, kind: name, plural });
const NAMESPACE = kind('v1', 'Namespace', 'namespaces');
const CRD = kind('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions');
const RBAC: Readonly<Record<string, Kind>> = {
  ClusterRole: kind('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles'),
  ClusterRoleBinding: kind('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings'),
  Role: kind('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  RoleBinding: kind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  ServiceAccount: SERVICE_ACCOUNT,
};

/** A real API server with real garbage collection, the operator's rights as they are installed, and workloads that are simulated. */
export interface World {
  readonly server: KubeApiserver;
  readonly admin: ApiClient;
  readonly workloads: SimulatedWorkloads;
  /** The environment of a pod that has the operator's service account. */
  readonly serviceAccount: Readonly<Record<string, string>>;
  client(): ApiClient;
  namespace(name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const server = await startKubeApiserver({ controllerManager: ['garbage-collector-controller'], auditPolicy: POLICY });
  const client = (): ApiClient => {
    const config = new KubeConfig();
    config.loadFromString(server.kubeconfig);
    return createApiClient(config);
  };
  const admin = client();
  const create = (what: Kind, object: KubeObject): Promise<KubeObject> =>
    admin.request({
      method: 'POST',
      path: pathOf(what, object.metadata.namespace ?? ''),
      body: { apiVersion: what.apiVersion, kind: what.kind, ...object },
    });
  const namespace = async (name: string): Promise<void> => {
    await create(NAMESPACE, { metadata: { name } });
    // Pods of migrations are refused without it; the controller that makes it does not run here.
    await create(SERVICE_ACCOUNT, { metadata: { name: 'default', namespace: name } });
  };
  try {
    await create(CRD, await readCrd<KubeObject>());
    await namespace(SYSTEM);
    for (const object of await installedRights()) {
      const what = RBAC[object.kind ?? ''];
      if (what) await create(what, object);
    }
    await eventually(
      'the CRD is served',
      () => admin.request({ method: 'GET', path: pathOf(VACATION_APP, '') }),
      Boolean,
    );
    const workloads = await simulateWorkloads(client());
    const serviceAccount = await serviceAccountOf(server, admin);
    return {
      server,
      admin,
      workloads,
      serviceAccount,
      client,
      namespace,
      async stop() {
        await workloads.stop();
        await server.stop();
        await rm(serviceAccount.SERVICE_ACCOUNT_FOLDER ?? '', { recursive: true, force: true });
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function installedRights(): Promise<KubeObject[]> {
  const folder = join(root, 'config', 'rbac');
  const rights = (await readdir(folder)).filter((file) => file !== 'kustomization.yaml').sort();
  const files = [join(root, 'config', 'manager', 'service-account.yaml'), ...rights.map((file) => join(folder, file))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubeObject))
    .map((object) =>
      // The kustomization of config/default sets it where the files do not.
      object.kind?.startsWith('Cluster') || object.metadata.namespace !== undefined
        ? object
        : { ...object, metadata: { ...object.metadata, namespace: SYSTEM } },
    );
}

/** What the kubelet would mount, in a folder. */
async function serviceAccountOf(server: KubeApiserver, admin: ApiClient): Promise<Readonly<Record<string, string>>> {
  const path = `${pathOf(SERVICE_ACCOUNT, SYSTEM, 'vacation-operator')}/token`;
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 24 * 3_600 },
  };
  const { status } = await admin.request<{ status: { token: string } }>({ method: 'POST', path, body });
  const config = new KubeConfig();
  config.loadFromString(server.kubeconfig);
  const cluster = config.getCurrentCluster();
  const { hostname, port } = new URL(cluster?.server ?? '');
  const folder = await mkdtemp(join(tmpdir(), 'service-account-'));
  await writeFile(join(folder, 'token'), status.token, { mode: 0o600 });
  const authority = cluster?.caData === undefined ? await readFile(cluster?.caFile ?? '', 'utf8') : Buffer.from(cluster.caData, 'base64').toString(); // prettier-ignore
  await writeFile(join(folder, 'ca.crt'), authority);
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, SERVICE_ACCOUNT_FOLDER: folder };
}
