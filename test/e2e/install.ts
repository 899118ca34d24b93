import { join } from 'node:path';
import { down, insideArguments, load, up } from '../cluster/built-in.ts';
import { appImage, mysqlImage } from '../cluster/images.ts';
import { root } from '../cluster/paths.ts';
import { createKubectl, type Kubectl } from '../support/kubectl.ts';

/** A cluster with the operator in it. */
export interface Installed {
  readonly kubectl: Kubectl;
  /** Where NodePorts answer, seen from here. */
  readonly nodeAddress: string;
  /** What a command is prefixed with to run where the node's NodePorts answer at `loadAddress`. */
  readonly nearNode: readonly string[];
  readonly loadAddress: string;
  readonly auditLog: string | undefined;
  remove(): Promise<void>;
}

const NAME = 'e2e';

/** Builds what is installed, outside any test's time-out. */
export async function prepareInstallation(): Promise<void> {
  await images();
}

export async function install(): Promise<Installed> {
  const { operator, webapp, mysql } = await images();
  const cluster = await up(NAME, { audit: true });
  const kubectl = createKubectl([cluster.kubectl, '--kubeconfig', cluster.kubeconfig]);
  for (const { archive } of [operator, webapp, mysql]) await load(NAME, archive);
  const manifests = await kubectl(['kustomize', join(root, 'config', 'default')]);
  const input = withImages(manifests, {
    'ghcr.io/interstellar-dev/vacation-operator': operator.tag,
    'ghcr.io/interstellar-dev/vacation-webapp': webapp.tag,
    mysql: mysql.tag,
  });
  await kubectl(['apply', '--server-side', '--filename', '-'], { input });
  await kubectl(
    ['rollout', 'status', 'deployment/vacation-operator', '--namespace', 'vacation-system', '--timeout=180s'],
    { timeoutMs: 190_000 },
  );
  return {
    kubectl,
    nodeAddress: cluster.nodeAddress,
    nearNode: ['nsenter', ...insideArguments(NAME)],
    loadAddress: '127.0.0.1',
    auditLog: cluster.auditLog,
    remove: () => down(NAME),
  };
}

async function images() {
  return { operator: await appImage('operator'), webapp: await appImage('webapp'), mysql: await mysqlImage() };
}

/** The manifests with other images: of the operator itself, and in the environment that tells it its defaults. */
export function withImages(manifests: string, images: Readonly<Record<string, string>>): string {
  return Object.entries(images).reduce((text, [name, image]) => {
    const changed = text.replaceAll(new RegExp(`^(\\s*(?:- )?(?:image|value): )${name}:\\S+$`, 'gm'), `$1${image}`);
    if (changed === text) throw new Error(`config/default does not mention the image ${name}`);
    return changed;
  }, manifests);
}
