import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetesBinaries } from '../../scripts/cluster/build.ts';
import { chooseBuilder } from '../../scripts/cluster/builder.ts';
import { insideArguments } from '../../scripts/cluster/built-in.ts';
import { choiceFor, type Cluster, openCluster, removeCluster } from '../../scripts/cluster/cluster.ts';
import { appImage, mysqlImage } from '../../scripts/cluster/images.ts';
import { cosignProgram } from '../../scripts/release/cosign.ts';
import { goTool, helm } from '../../scripts/test/go-tool.ts';
import { createKubectl, type Kubectl } from '../support/kubectl.ts';
import { commandsIn, readReadme } from '../support/readme.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { runImageLine, withShell } from './as-written.ts';
import { firstOperatorImage } from './first-operator.ts';
import { traefikImage } from './traefik-image.ts';

/** A cluster with the operator in it. */
export interface Installed {
  readonly cluster: Cluster;
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
  /** Runs as long as the cluster, so that its nodes can pull. */
  readonly registry: Registry;
  /** What the registry held after the images were pushed. */
  readonly pushed: readonly string[];
  remove(): Promise<void>;
}

const NAME = 'e2e';

/** Where the README tells how to install on a real cluster, and how to declare an app there. */
export const ON_A_CLUSTER = 'On a real cluster';

/** Builds and downloads everything that install() needs, outside any test's time-out. */
export async function prepareInstallation(): Promise<void> {
  const { kind } = await choiceFor(undefined);
  await appImage('operator');
  await appImage('webapp');
  await firstOperatorImage();
  await cosignProgram();
  await goTool(helm);
  if (kind !== 'built-in') return;
  await mysqlImage();
  await traefikImage();
  await kubernetesBinaries();
}

/** Takes away the tests' own cluster, if there is one. */
export async function removeInstallation(): Promise<void> {
  await removeCluster((await choiceFor(undefined)).kind, NAME);
}

/** A cluster of the tests' own, with the operator installed by the commands of the README. */
export async function install(): Promise<Installed> {
  const cluster = await openCluster({ name: NAME, audit: true });
  const kubectl = createKubectl(cluster.kubectl);
  const registry = await startRegistry(cluster.hostAddress);
  let pushed: readonly string[];
  try {
    if (cluster.hostAddress !== undefined) await cluster.pullFrom(registry.address);
    const lines = await linesOfInstallation(registry.address);
    await provideImages(
      lines.filter((line) => line.startsWith('docker ')),
      cluster,
    );
    pushed = await registry.images();
    await applyAsWritten(cluster, kubectl, registry.address);
  } catch (error) {
    await registry.stop();
    throw error;
  }
  const inside = cluster.kind === 'built-in' ? insideArguments(NAME) : undefined;
  return {
    cluster,
    kubectl,
    pushed,
    nodeAddress: cluster.nodeAddress,
    loadGenerator: inside
      ? { prefix: ['nsenter', ...inside], address: '127.0.0.1' }
      : { prefix: [], address: cluster.nodeAddress },
    auditLog: cluster.auditLog,
    registry,
    async remove() {
      await cluster.remove();
      await registry.stop();
    },
  };
}

/** Runs the commands of the README that install the operator, once the nodes have its images from that registry. */
export async function applyAsWritten(cluster: Cluster, kubectl: Kubectl, registry: string): Promise<void> {
  const lines = await linesOfInstallation(registry);
  await withShell(cluster, async (shell) => {
    for (const line of lines.filter((each) => !each.startsWith('docker '))) {
      // before any operator can run, so that none ever leads with another default
      if (line.includes(' set image ') && !cluster.pulls) await useOwnMysql(cluster, kubectl);
      await shell(line);
    }
  });
}

async function linesOfInstallation(registry: string): Promise<string[]> {
  const lines = commandsIn(await readReadme(), ON_A_CLUSTER);
  const install = lines.slice(
    0,
    lines.findIndex((line) => line.includes('create namespace')),
  );
  return install.map((line) => line.replaceAll('REGISTRY', registry));
}

/** Builds and pushes as written. The built-in cluster's node pulls; nodes of others get the images under their names. */
async function provideImages(lines: readonly string[], cluster: Cluster): Promise<void> {
  const builder = await chooseBuilder();
  const folder = await mkdtemp(join(tmpdir(), 'images-'));
  const tags = new Set<string>();
  try {
    for (const line of lines) tags.add(await runImageLine(line));
    for (const tag of cluster.kind === 'built-in' ? [] : tags) {
      const archive = join(folder, `${tag.replaceAll(/\W+/g, '-')}.tar`);
      await builder.save(tag, archive);
      await cluster.load({ tag, archive });
    }
  } finally {
    for (const tag of tags) await builder.remove(tag);
    await rm(folder, { recursive: true });
  }
}

async function useOwnMysql(cluster: Cluster, kubectl: Kubectl): Promise<void> {
  const image = await mysqlImage();
  await cluster.load(image);
  const variable = `MYSQL_IMAGE=${image.tag}`;
  await kubectl(['set', 'env', 'deployment/vacation-operator', variable, '--namespace', 'vacation-system']);
}
