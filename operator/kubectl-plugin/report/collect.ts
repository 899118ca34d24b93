import type { V1Node, V1NodeSystemInfo, V1Secret } from '@kubernetes/client-node';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';
import { EVENT, SECRET } from '../../vacation-app/kinds.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { failureOf } from '../cluster/failure.ts';
import { readOperatorPods, type LivePod } from '../cluster/read-operator-pods.ts';
import { readWorld } from '../cluster/read-world.ts';
import { eventModels, isOfApp, type LiveEvent } from '../model/event-model.ts';
import { secretNamesOf, valuesOfSecret, valuesOfVariables } from './known.ts';
import type { LogText, Material, NamedSecret } from './material.ts';

export interface CollectOptions {
  readonly name: string;
  readonly operatorNamespace: string;
  /** Lines of each log. */
  readonly lines: number;
  readonly signal: AbortSignal;
}

const kind = (apiVersion: string, name: string, plural: string): Kind => ({ apiVersion, kind: name, plural });
const NAMESPACE_KINDS = [kind('v1', 'ResourceQuota', 'resourcequotas'), kind('v1', 'LimitRange', 'limitranges')];
const NAMESPACE = kind('v1', 'Namespace', 'namespaces');
const NODE = kind('v1', 'Node', 'nodes');
const CLUSTER_KINDS = [
  NODE,
  kind('storage.k8s.io/v1', 'StorageClass', 'storageclasses'),
  kind('networking.k8s.io/v1', 'IngressClass', 'ingressclasses'),
];
const LONGEST_LINE = 2_000;

/** Reads everything that a report is made of. What may not be read becomes a gap, except for the app itself. */
export async function collect(cluster: Cluster, options: CollectOptions): Promise<Material> {
  const { namespace } = cluster;
  const { name, operatorNamespace, signal } = options;
  const gaps: string[] = [];
  const tolerant = async <T>(what: string, looking: Promise<T>, instead: T): Promise<T> => {
    try {
      return await looking;
    } catch (error) {
      const { outcome, message } = failureOf(error);
      if (outcome !== 'notFound') gaps.push(`${what}: ${message}`);
      return instead;
    }
  };
  const listed = (kinds: readonly Kind[], where: string): Promise<KubeObject[][]> =>
    Promise.all(kinds.map((one) => tolerant(one.plural, cluster.list(one, { namespace: where }), [])));

  const secretOf = async (secret: string): Promise<NamedSecret> => {
    const looking = cluster.get<V1Secret & KubeObject>(SECRET, namespace, secret);
    const what = `Secret ${secret}, whose values could therefore not be looked for in the logs`;
    return { name: secret, secret: await tolerant<V1Secret | undefined>(what, looking, undefined) };
  };

  const world = await readWorld(cluster, namespace, name);
  gaps.push(...world.refusals.map((refusal) => `${refusal.kind.plural}: ${refusal.words}`));
  const [events, quotas, ofNamespace, ofCluster, operatorPods, kubernetesVersion, secrets] = await Promise.all([
    tolerant('events', cluster.list<LiveEvent>(EVENT, { namespace }), []),
    listed(NAMESPACE_KINDS, namespace),
    tolerant(
      'the namespace',
      cluster.get<KubeObject>(NAMESPACE, '', namespace).then((one) => [one]),
      [],
    ),
    listed(CLUSTER_KINDS, ''),
    tolerant('pods of the operator', readOperatorPods(cluster, operatorNamespace), []),
    tolerant('the version of Kubernetes', cluster.version(), 'of an unknown version'),
    Promise.all(secretNamesOf(world).map(secretOf)),
  ]);
  const log = (pod: LivePod, container: string, previous: boolean): Promise<LogText> =>
    logText(cluster, pod, container, previous, options);
  const ownKey = `${namespace}/${name}`;
  const operatorLogs = await Promise.all(
    operatorPods.map((pod) => log(pod, pod.spec?.containers[0]?.name ?? '', false)),
  );
  const podLogs = await Promise.all(
    containersOf(world.pods as readonly LivePod[]).map(({ pod, container, previous }) => log(pod, container, previous)),
  );
  if (signal.aborted) signal.throwIfAborted();
  return {
    world,
    events: eventModels(events.filter((event) => isOfApp(event, name))),
    namespaceObjects: [...ofNamespace, ...quotas.flat()],
    clusterObjects: ofCluster.flat().map(shortNode),
    secrets,
    operatorPods,
    operatorLogs: operatorLogs.map(({ title, text }) => ({ title, text: withoutOtherApps(text, ownKey) })),
    podLogs,
    known: [
      ...secrets.flatMap(({ secret }) => (secret === undefined ? [] : valuesOfSecret(secret))),
      ...valuesOfVariables(world.app, world.pods),
    ],
    gaps,
    kubernetesVersion,
  };
}

/** Every container that has run, and its last run before where it was restarted. */
function containersOf(pods: readonly LivePod[]): { pod: LivePod; container: string; previous: boolean }[] {
  return pods.flatMap((pod) =>
    [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
      .filter(({ state, restartCount }) => state?.running ?? state?.terminated ?? restartCount > 0)
      .flatMap(({ name, restartCount }) => [
        { pod, container: name, previous: false },
        ...(restartCount > 0 ? [{ pod, container: name, previous: true }] : []),
      ]),
  );
}

async function logText(
  cluster: Cluster,
  { metadata }: LivePod,
  container: string,
  previous: boolean,
  { lines, signal }: CollectOptions,
): Promise<LogText> {
  const title = `${metadata.namespace ?? ''}/${metadata.name}, container ${container}${previous ? ', before its last restart' : ''}`;
  const found: string[] = [];
  try {
    const options = { container, previous, tailLines: lines };
    for await (const line of cluster.log(metadata.namespace ?? '', metadata.name, options, signal)) {
      found.push(line.slice(0, LONGEST_LINE));
    }
    return { title, text: found.join('\n') };
  } catch (error) {
    return { title, text: `(not read: ${failureOf(error).message})` };
  }
}

/** The operator's log without the lines that name another app by its key. */
function withoutOtherApps(text: string, ownKey: string): string {
  const lines = text.split('\n');
  const kept = lines.filter((line) => {
    const key = /"key":"([^"]+)"/.exec(line)?.[1];
    return key === undefined || key === ownKey;
  });
  const left = lines.length - kept.length;
  return left === 0 ? text : [...kept, `(${left} lines about other apps were left out)`].join('\n');
}

/** A node without what identifies the machine, and without the list of its images, which is long. */
function shortNode(object: KubeObject): KubeObject {
  if (object.kind !== NODE.kind) return object;
  const { status, ...rest } = object as KubeObject & Pick<V1Node, 'status'>;
  const { images, nodeInfo, ...others } = status ?? {};
  const { machineID, systemUUID, bootID, ...info } = nodeInfo ?? ({} as Partial<V1NodeSystemInfo>);
  return { ...rest, status: { ...others, nodeInfo: info } } as KubeObject;
}
