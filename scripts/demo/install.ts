import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { appImage, type Image, mysqlImage } from '../cluster/images.ts';
import { step } from '../cluster/progress.ts';
import { until } from '../cluster/run.ts';
import { UnavailableError } from '../cluster/unavailable.ts';
import { type Kubectl, kubectlOf } from './kubectl.ts';
import { demoFolder } from './state.ts';
import { type SampleApp, stalled, waitingFor } from './vacation-app.ts';

/** Image references. If `mysql` is undefined, the operator's default stays. */
export interface ImageNames {
  readonly operator: string;
  readonly webapp: string;
  readonly mysql: string | undefined;
}

/** Returns the images that the environment names. Builds the others and loads them into the cluster. */
export async function provideImages(cluster: Cluster, env: NodeJS.ProcessEnv): Promise<ImageNames> {
  const provide = async (named: string | undefined, make: () => Promise<Image>) => {
    if (named !== undefined && named !== '') return named;
    if (!cluster.takesImages) {
      throw new UnavailableError(
        `Images built here cannot be loaded into ${cluster.description}. Push them to a registry that it can pull from, and set OPERATOR_IMAGE and WEBAPP_IMAGE.`,
      );
    }
    const image = await make();
    await cluster.load(image);
    return image.tag;
  };
  return {
    operator: await provide(env.OPERATOR_IMAGE, () => appImage('operator')),
    webapp: await provide(env.WEBAPP_IMAGE, () => appImage('webapp')),
    mysql: cluster.pulls ? env.MYSQL_IMAGE : await provide(env.MYSQL_IMAGE, mysqlImage),
  };
}

const ROLLOUT_SECONDS = 180;
const READY_SECONDS = 600;

/** Applies config/default with these images, and waits for the operator. */
export async function installOperator(cluster: Cluster, images: ImageNames): Promise<void> {
  const kubectl = kubectlOf(cluster);
  const folder = join(demoFolder, 'install');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'kustomization.yaml'),
    `${JSON.stringify(kustomization(images, DEMO_SETTINGS), null, 2)}\n`,
  );
  await step('Installing the CRDs and the operator (.demo/install)', async (report) => {
    const manifests = await kubectl(['kustomize', folder]);
    await kubectl(['apply', '--server-side', '--force-conflicts', '--filename', '-'], {
      input: manifests,
      onLine: report,
    });
    report('waiting for the custom resources');
    await kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd/vacationapps.interstellar.dev']);
    report('waiting for its pods');
    const rollout = ['rollout', 'status', '--namespace=vacation-system', 'deployment/vacation-operator'];
    await kubectl([...rollout, `--timeout=${ROLLOUT_SECONDS}s`], { onLine: report }).catch(async (cause: unknown) => {
      const troubles = await podTroubles(kubectl, 'vacation-system');
      throw new UnavailableError(`The operator did not start within ${ROLLOUT_SECONDS} s: ${troubles}`, { cause });
    });
  });
}

/** Why the pods of a namespace wait, in the kubelet's words. */
async function podTroubles(kubectl: Kubectl, namespace: string): Promise<string> {
  const waiting =
    '{range .items[*]}{.metadata.name}{" "}{.status.containerStatuses[*].state.waiting.message}{"\\n"}{end}';
  const text = await kubectl(['get', 'pods', `--namespace=${namespace}`, `--output=jsonpath=${waiting}`]);
  return text.trim().split('\n').join('; ') || 'it has no pods';
}

/** The demo's status page needs no token: whoever may forward a port to the operator's pod sees it. */
const DEMO_SETTINGS: readonly Setting[] = [{ name: 'STATUS_PAGE_ACCESS', value: 'Loopback' }];

interface Setting {
  readonly name: string;
  readonly value: string;
}

/** config/default with other images for the operator and its apps, and further settings. Written as JSON, which is valid YAML. */
export function kustomization({ operator, webapp, mysql }: ImageNames, settings: readonly Setting[] = []): object {
  const [name, tag] = splitReference(operator);
  const env = [
    { name: 'WEBAPP_IMAGE', value: webapp },
    ...(mysql === undefined || mysql === '' ? [] : [{ name: 'MYSQL_IMAGE', value: mysql }]),
    ...settings,
  ];
  const patch = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'vacation-operator', namespace: 'vacation-system' },
    spec: { template: { spec: { containers: [{ name: 'operator', env }] } } },
  };
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../../config/default'],
    images: [{ name: 'vacation-operator', newName: name, ...tag }],
    patches: [{ patch: JSON.stringify(patch) }],
  };
}

/** Splits an image reference into its name and its tag or digest. A colon before a slash belongs to a port. */
function splitReference(reference: string): [string, { newTag?: string; digest?: string }] {
  const [named = '', digest] = reference.split('@');
  if (digest !== undefined) return [named, { digest }];
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? [named.slice(0, colon), { newTag: named.slice(colon + 1) }] : [named, {}];
}

/** Applies config/samples, waits until its app is ready, and returns the app. */
export async function applySample(cluster: Cluster, samples: string): Promise<SampleApp> {
  const kubectl = kubectlOf(cluster);
  return step('Applying config/samples and waiting for Ready', async (report) => {
    await kubectl(['apply', '--server-side', '--kustomize', samples]);
    const read = async () => {
      const { items } = JSON.parse(await kubectl(['get', '--kustomize', samples, '--output', 'json'])) as {
        items: (SampleApp & { kind: string })[];
      };
      const app = items.find(({ kind }) => kind === 'VacationApp');
      if (app === undefined) throw new Error('config/samples holds no VacationApp');
      return app;
    };
    let app = await read();
    let shown: string | undefined;
    await until('the sample to be Ready', READY_SECONDS * 1000, async () => {
      app = await read();
      const fault = stalled(app);
      if (fault !== undefined) throw new UnavailableError(`${app.metadata.name} is stalled: ${fault}`);
      const waiting = waitingFor(app);
      if (waiting !== undefined && waiting !== shown) report(waiting);
      shown = waiting;
      return waiting === undefined;
    }, 500); // prettier-ignore
    return app;
  });
}
