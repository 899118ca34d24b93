import { installOperator, provideImages } from '../../scripts/demo/install.ts';
import { kubernetesBinaries } from '../cluster/build.ts';
import { insideArguments } from '../cluster/built-in.ts';
import { choiceFor, openCluster, removeCluster } from '../cluster/cluster.ts';
import { appImage, mysqlImage } from '../cluster/images.ts';
import { createKubectl, type Kubectl } from '../support/kubectl.ts';

/** A cluster with the operator in it. */
export interface Installed {
  readonly kubectl: Kubectl;
  /** Where NodePorts answer, seen from here. */
  readonly nodeAddress: string;
  readonly loadGenerator: {
    /** What its command begins with, so that it runs beside the node where the cluster lets us in. */
    readonly prefix: readonly string[];
    /** Where NodePorts answer, seen from there. */
    readonly address: string;
  };
  /** undefined where the cluster keeps none. */
  readonly auditLog: string | undefined;
  remove(): Promise<void>;
}

const NAME = 'e2e';

/** Builds and downloads everything that install() needs, outside any test's time-out. */
export async function prepareInstallation(): Promise<void> {
  const { kind } = await choiceFor(undefined);
  await appImage('operator');
  await appImage('webapp');
  if (kind !== 'built-in') return;
  await mysqlImage();
  await kubernetesBinaries();
}

/** Takes away the tests' own cluster, if there is one. */
export async function removeInstallation(): Promise<void> {
  await removeCluster((await choiceFor(undefined)).kind, NAME);
}

/** A cluster of the tests' own, with the operator installed as the demo installs it. */
export async function install(): Promise<Installed> {
  const cluster = await openCluster({ name: NAME, audit: true });
  await installOperator(cluster, await provideImages(cluster, {}));
  const inside = cluster.kind === 'built-in' ? insideArguments(NAME) : undefined;
  return {
    kubectl: createKubectl(cluster.kubectl),
    nodeAddress: cluster.nodeAddress,
    loadGenerator: inside
      ? { prefix: ['nsenter', ...inside], address: '127.0.0.1' }
      : { prefix: [], address: cluster.nodeAddress },
    auditLog: cluster.auditLog,
    remove: () => cluster.remove(),
  };
}
