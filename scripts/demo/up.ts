import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { choiceFor, type Cluster, openCluster } from '../cluster/cluster.ts';
import { root } from '../cluster/paths.ts';
import { seconds } from '../cluster/progress.ts';
import { UnavailableError } from '../cluster/unavailable.ts';
import { openAccess, openStatusPage } from './access.ts';
import { applySample, installOperator, provideImages } from './install.ts';
import { kubectlOf } from './kubectl.ts';
import { showLoad } from './show-load.ts';
import { demoFolder, readState, writeState } from './state.ts';
import type { SampleApp } from './vacation-app.ts';

/** The name of the built-in or kind cluster. */
export const DEMO = 'demo';

export const samples = join(root, 'config', 'samples');

export interface DemoOptions {
  /** A context of the user's kubeconfig. */
  readonly context?: string | undefined;
  /** Whether to show the autoscaler at work afterwards. */
  readonly load: boolean;
}

/** Starts the demo, or updates a running one to the current sources. */
export async function demoUp({ context, load }: DemoOptions): Promise<void> {
  const started = performance.now();
  const before = await readState();
  if (before.cluster === 'existing' && before.context !== context) {
    throw new UnavailableError(
      `A demo runs in the cluster of the context ${before.context ?? ''}: npm run demo:down removes it.`,
    );
  }
  const { kind } = await choiceFor(context);
  if (load && kind === 'existing') {
    throw new UnavailableError('--load is for a demo on this machine: leave out --context.');
  }
  if (before.cluster !== undefined && before.cluster !== kind) {
    throw new UnavailableError(`A demo runs in another cluster (${before.cluster}): npm run demo:down removes it.`);
  }
  // record a new cluster before it is created; in a user's cluster, nothing is created before the cluster has answered
  if (kind !== 'existing') await writeState({ ...before, context, cluster: kind });
  const cluster = await openCluster({ name: DEMO, context }).catch(async (error: unknown) => {
    // a prerequisite is missing, so no cluster was created
    if (error instanceof UnavailableError) await writeState(before);
    throw error;
  });
  const operatorWasThere = before.operatorWasThere ?? (kind === 'existing' && (await hasOperator(cluster)));
  if (operatorWasThere)
    throw new UnavailableError(
      `${cluster.description} already has an operator. To create the sample app: kubectl apply --kustomize config/samples`,
    );
  await writeState({ ...before, context, cluster: kind, operatorWasThere });

  const images = await provideImages(cluster, process.env);
  await installOperator(cluster, images);
  const app = await applySample(cluster, samples);
  const { url, portForward } = await openAccess(cluster, app, before.portForward);
  await writeState({ ...before, context, cluster: kind, operatorWasThere, portForward });
  const { url: statusUrl, portForward: statusForward } = await openStatusPage(cluster, before.statusForward);
  await writeState({ context, cluster: kind, operatorWasThere, portForward, statusForward });
  const environment = await writeEnvironment(cluster);
  console.log(
    farewell({
      app,
      url,
      statusUrl,
      environment,
      cluster,
      webapp: images.webapp,
      took: seconds(performance.now() - started),
    }),
  );
  if (load) console.log(await showLoad(cluster, app, url));
}

async function hasOperator(cluster: Cluster): Promise<boolean> {
  return (
    (await kubectlOf(cluster)(['get', 'namespace', 'vacation-system', '--ignore-not-found', '--output=name'])) !== ''
  );
}

/** Puts a kubeconfig and kubectl under short paths. Returns the shell command that selects them. */
async function writeEnvironment({ kubeconfig, kubectl: [program], kind, kubectl }: Cluster): Promise<string> {
  if (kubeconfig === undefined) return `kubectl config use-context ${kubectl[2] ?? ''}`;
  await copyFile(kubeconfig, join(demoFolder, 'kubeconfig'));
  const exports = [`KUBECONFIG=${join(demoFolder, 'kubeconfig')}`];
  if (kind === 'built-in') {
    const bin = join(demoFolder, 'bin');
    await mkdir(bin, { recursive: true });
    await rm(join(bin, 'kubectl'), { force: true });
    await symlink(program, join(bin, 'kubectl'));
    exports.push(`PATH=${bin}:$PATH`);
  }
  return `export ${exports.join(' ')}`;
}

interface Farewell {
  readonly app: SampleApp;
  readonly url: string;
  readonly statusUrl: string;
  readonly environment: string;
  readonly cluster: Pick<Cluster, 'description'>;
  /** The image of the web app, built from the current sources. */
  readonly webapp: string;
  readonly took: string;
}

function farewell({ app: { metadata, status }, url, statusUrl, environment, cluster, webapp, took }: Farewell): string {
  const { name, namespace } = metadata;
  const patch = (spec: object) =>
    `kubectl patch vacationapp ${name} --namespace ${namespace} --type merge --patch '${JSON.stringify({ spec })}'`;
  const isPinned = status?.image !== undefined && status.image !== webapp;
  return `
The booking application ${name} is ready in ${cluster.description} (${took}).

  Booking app      ${url}
  Status page      ${statusUrl}
  Log in as        test1234, password asdasd

To look around with kubectl:

  ${environment}

Worth trying next:

  kubectl get vacationapps --namespace ${namespace} --output wide
  kubectl delete pod ${name}-mysql-0 --namespace ${namespace} && kubectl get pods --namespace ${namespace} --watch
  ${patch({ autoscaling: { minReplicas: 3 } })}
  npm run demo -- --load
${isPinned ? `\nIts pods still run the image that they were created with. To update them to the current sources:\n\n  kubectl annotate vacationapp ${name} --namespace ${namespace} --overwrite interstellar.dev/update=$(date +%s)\n` : ''}
npm run demo:down removes everything again.`;
}
