import type { CONDITION } from './vacation-app.ts';

type ConditionType = (typeof CONDITION)[keyof typeof CONDITION];

interface Documented {
  /** What it means, and what to do: whole sentences in Markdown, for docs/reference-conditions.md. */
  readonly meaning: string;
}

interface OfConditions extends Documented {
  /** The conditions that have it themselves. `Ready` has those of its gates too. */
  readonly of: readonly ConditionType[];
  /** What is the matter, the first half of the message. Absent where each condition has its own words. */
  readonly message?: (parts: never) => string;
  /** What to do about it, the second half. */
  readonly advice?: (parts: never) => string;
}

/** Somebody has to act: `Stalled`, so that who waits for the app stops waiting. A Warning event tells of it. */
interface Stalled extends OfConditions {
  readonly kind: 'stalled';
  /** How long after its cause it appears. */
  readonly after: string;
}

/** It is expected to pass by itself: `Reconciling`. */
interface Reconciling extends OfConditions {
  readonly kind: 'reconciling';
  /** Whether a Warning event tells of it, as it may need somebody after all. */
  readonly warns?: true;
  /** How long it may last: after that it is `Stalled`. Absent where it may last. */
  readonly stalledAfter?: string;
}

/** `ok`: as it should be. `aside`: of a condition that does not gate `Ready`, and so is neither Stalled nor Reconciling. */
interface Quiet extends OfConditions {
  readonly kind: 'ok' | 'aside';
}

/** No condition has it, a Normal event does. */
interface OfEvents extends Documented {
  readonly kind: 'event';
}

type Reason = Stalled | Reconciling | Quiet | OfEvents;

interface Missing {
  readonly secret: string;
  /** The keys; undefined where there is no such Secret. */
  readonly missing: readonly string[] | undefined;
  readonly needs: string;
}

/** A generated Secret. */
interface Incomplete {
  readonly secret: string;
  readonly missing: readonly string[];
  /** The volume whose data are of no use without the missing keys; undefined where there is none. */
  readonly claim: string | undefined;
  /** How long a new value must be, where one does no harm; undefined where only the old values will do. */
  readonly shortest: number | undefined;
}

/** One of the user's own. */
interface Faulty {
  readonly secret: string;
  readonly fault: string;
}

/** A claim that is not bound. */
interface Pending {
  readonly claim: string;
  /** The volume that it names, else the class. */
  readonly of: { readonly volume: string } | { readonly class: string | undefined };
}

/** A claim that somebody deletes. */
interface Deleted {
  readonly claim: string;
  /** The PersistentVolume that it is bound to. */
  readonly volume: string | undefined;
}

/** An external database, and the check that found what is the matter with it. */
interface Checked {
  readonly endpoint: string;
  readonly host: string;
  readonly name: string;
  readonly secret: string;
  readonly isTlsOff: boolean;
  readonly job: string;
}

interface Ended {
  readonly pod: string;
  readonly container: string;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** Its termination message. */
  readonly words: string | undefined;
}

interface NotStarted {
  readonly pod: string;
  readonly container: string;
  /** The kubelet's words. */
  readonly words: string;
}

const imageMessage = ({ pod, image }: { pod: string; image: string }): string =>
  `Pod ${pod} cannot have image ${image}`;
const imageAdvice = (): string => 'check its name, the registry and spec.imagePullSecrets';

const endMessage = ({ pod, container, exitCode, isOutOfMemory, words }: Ended): string =>
  `Container ${container} of pod ${pod} ends with code ${exitCode}${isOutOfMemory ? ' (out of memory: raise its limit)' : ''}${words === undefined ? '' : `, saying "${words}"`}`;
const endAdvice = ({ pod, container }: Ended): string => `kubectl logs ${pod} -c ${container} --previous`;

const volumeOf = (named: string | undefined): string =>
  `a volume of ${named === undefined ? 'the default StorageClass' : `StorageClass ${named}`}`;

/** How somebody who deletes a claim keeps the bytes of its volume. */
const keeping = (volume: string | undefined): string =>
  volume === undefined
    ? ''
    : `. To keep the bytes, set persistentVolumeReclaimPolicy of PersistentVolume ${volume} to Retain now`;

const EVERY_MINUTE = '. Looked at every minute';

/** Whether the API server refuses a pod for the resources of its containers. */
const NAMES_RESOURCES = /\b(cpu|memory|ephemeral-storage)\b/;

const heldBy = (finalizers: readonly string[]): string =>
  finalizers.length === 0
    ? ''
    : `, and held by ${finalizers.length === 1 ? 'finalizer' : 'finalizers'} ${finalizers.join(', ')}`;

const GATES = ['CredentialsReady', 'DatabaseReady', 'SchemaReady', 'WebReady'] as const;

const AT_ONCE = 'at once';
const PATIENCE = '5 minutes';

/** Every reason of conditions and of events. docs/reference-conditions.md is generated from it. */
export const REASONS = {
  Available: {
    kind: 'ok',
    of: ['Ready', 'CredentialsReady', 'DatabaseReady', 'WebReady', 'Exposed'],
    meaning: 'Everything works.',
  },
  Paused: {
    kind: 'ok',
    of: ['Ready'],
    meaning: 'The app serves. `interstellar.dev/paused` is `"true"`, so the operator changes nothing.',
  },
  Hibernated: {
    kind: 'ok',
    of: ['Ready', 'DatabaseReady', 'SchemaReady', 'WebReady'],
    meaning:
      '`spec.mode` is `Hibernated`. No pod of the app is left, and the data are kept. A gate with this reason waits for `Running`.',
  },
  Migrated: {
    kind: 'ok',
    of: ['SchemaReady'],
    message: ({ version }: { version: string | undefined }) =>
      `The schema is as the web pods need it${version === undefined ? '' : `, version ${version}`}`,
    meaning: 'The migration was done on the database that is there now.',
  },

  WaitingForCredentials: {
    kind: 'reconciling',
    of: [...GATES, 'AutoscalingReady', 'Exposed'],
    message: ({ secret }: { secret: string }) => `Secret ${secret} is not complete yet`,
    meaning:
      'The credentials are not complete, and other steps wait for them. `Ready` says what they lack, if somebody has to act.',
  },
  WaitingForDatabase: {
    kind: 'reconciling',
    of: ['SchemaReady', 'WebReady'],
    message: ({ who }: { who: string }) => `${who} for the database`,
    meaning: 'An earlier step is not done: the database.',
  },
  WaitingForSchema: {
    kind: 'reconciling',
    of: ['WebReady'],
    message: ({ what }: { what: string }) => `The web pods wait for ${what}`,
    meaning: 'An earlier step is not done: the migration.',
  },
  Hibernating: {
    kind: 'reconciling',
    of: ['Ready'],
    message: ({ pods }: { pods: readonly string[] }) =>
      `Waits for ${pods.length === 0 ? 'the workloads to be scaled to 0' : `the end of ${pods.join(', ')}`}`,
    meaning: 'Pods are still ending. The message names them, and who keeps changing their number back.',
  },

  CredentialsMissing: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['CredentialsReady'],
    message: ({ secret, missing }: Missing) =>
      missing === undefined ? `Secret ${secret} does not exist` : `Secret ${secret} lacks ${missing.join(', ')}`,
    advice: ({ missing, needs }: Missing) => (missing === undefined ? `create it; ${needs}` : needs),
    meaning:
      'A Secret of yours does not exist or lacks keys. The message names the Secret, the field and the keys. The operator uses the Secret within ten seconds once it is complete.',
  },
  CredentialsInvalid: {
    kind: 'stalled',
    after: AT_ONCE,
    of: ['CredentialsReady', 'Ready'],
    message: (parts: Incomplete | Faulty) =>
      'fault' in parts ? `Secret ${parts.secret}` : `Secret ${parts.secret} lacks ${parts.missing.join(', ')}`,
    advice: (parts: Incomplete | Faulty) => {
      if ('fault' in parts) return parts.fault;
      const { claim, shortest } = parts;
      if (claim !== undefined) {
        return `put back what it held, or delete the Secret and PersistentVolumeClaim ${claim} to start with an empty database`;
      }
      return shortest === undefined
        ? 'put back what it held'
        : `put back what it held, or set any random text of at least ${shortest} characters, which ends all sessions`;
    },
    meaning:
      'The generated Secret lacks keys: put them back. Or a value in your own Secret cannot be used. The message says which, and what else helps.',
  },
  CredentialsLost: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['Ready'],
    message: ({ secret, claim }: { secret: string; claim: string }) =>
      `PersistentVolumeClaim ${claim} holds a database, but Secret ${secret}, which should have its passwords, does not exist`,
    advice: () =>
      'restore the Secret, or name the one that has the passwords in spec.credentials.secretName; if the data may go, delete the PersistentVolumeClaim to start with an empty database',
    meaning:
      'There is a volume, but no Secret with its passwords. Restore the Secret. If the app used a Secret of yours before, name it in spec.credentials.secretName again. If the data may go, delete the PersistentVolumeClaim to start with an empty database.',
  },

  DatabaseStarting: {
    kind: 'reconciling',
    of: ['DatabaseReady'],
    message: ({ pods, hasNoPod }: { pods: string; hasNoPod?: boolean }) =>
      hasNoPod === true ? `StatefulSet ${pods} has no pod yet` : `${pods} is starting`,
    meaning: 'The StatefulSet of MySQL is about to be made, or its pod is starting or being replaced.',
  },
  VolumePending: {
    kind: 'reconciling',
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ claim, of }: Pending) =>
      `PersistentVolumeClaim ${claim} is not bound; it waits for ${'volume' in of ? `PersistentVolume ${of.volume}` : volumeOf(of.class)}`,
    advice: ({ claim, of }: Pending) =>
      'volume' in of
        ? `is it there, and is its claimRef free or that of this claim (kubectl describe pv ${of.volume})?`
        : `kubectl describe pvc ${claim} tells why. If the cluster has no such class, create it; or delete the app and the claim, which holds no data, and declare the app with another storageClassName`,
    meaning:
      'The PersistentVolumeClaim is not bound. The message names its StorageClass and what to do. A slow provisioner looks the same as a class that does not exist, because the operator has no right to read StorageClasses.',
  },
  VolumeOfOtherClass: {
    kind: 'stalled',
    after: AT_ONCE,
    of: ['DatabaseReady'],
    message: ({ claim, class: named, wanted }: { claim: string; class: string | undefined; wanted: string }) =>
      `PersistentVolumeClaim ${claim} is not bound; it waits for ${volumeOf(named)}, but the app asks for StorageClass ${wanted}`,
    advice: ({ claim }: { claim: string }) =>
      `this claim holds no data: kubectl delete pvc ${claim} lets a new one be made`,
    meaning:
      'The PersistentVolumeClaim is not bound, and it has another StorageClass than `storageClassName` now says. The class of a claim cannot change. Delete the claim; it holds no data.',
  },
  VolumeNotExpandable: {
    kind: 'stalled',
    after: AT_ONCE,
    of: ['Ready'],
    message: ({ claim, from, to, class: named }: { claim: string; from: string; to: string; class: string }) =>
      `PersistentVolumeClaim ${claim} cannot grow from ${from} to ${to}: StorageClass ${named} does not allow it`,
    advice: () =>
      'set allowVolumeExpansion: true there if its driver can, or set spec.database.managed.storage.size back',
    meaning:
      'The volume should grow, but its StorageClass does not allow that. Set `allowVolumeExpansion: true` on the StorageClass, or set the size back.',
  },
  VolumeDeleting: {
    kind: 'stalled',
    after: AT_ONCE,
    of: ['DatabaseReady', 'Ready'],
    message: ({ claim, volume }: Deleted) =>
      `PersistentVolumeClaim ${claim} is being deleted: its data are lost when the pod that uses it ends, and an empty database follows. Until then MySQL is neither changed nor hibernated${keeping(volume)}. To give them up, delete the pod`,
    meaning:
      'Somebody has deleted the PersistentVolumeClaim that MySQL uses. The data are lost when the pod ends, so the operator leaves MySQL alone, in hibernation too. The message says how to keep the data, and how to go on without them.',
  },
  VolumeLost: {
    kind: 'stalled',
    after: AT_ONCE,
    of: ['Ready'],
    message: ({ claim }: { claim: string }) => `PersistentVolumeClaim ${claim}, which held the data, is gone`,
    advice: () =>
      'restore it, with its labels, before spec.mode becomes Running; else the app starts with an empty database',
    meaning:
      'The app hibernates, and the PersistentVolumeClaim that held its data is gone. Restore it before you wake the app, or wake the app to start with an empty database.',
  },
  StartingOver: {
    kind: 'reconciling',
    of: ['Ready'],
    message: ({ claim, volume }: Deleted) =>
      `PersistentVolumeClaim ${claim} is being deleted and its passwords are lost: MySQL is being stopped, and an empty database follows${keeping(volume)}`,
    meaning:
      'The credentials are lost, and somebody has deleted the PersistentVolumeClaim. The operator stops MySQL, then starts the app with an empty database.',
  },

  DatabaseChecking: {
    kind: 'reconciling',
    of: ['DatabaseReady'],
    message: ({ app, endpoint }: { app: string; endpoint: string }) =>
      `A Job of ${app} looks whether ${endpoint} can be used`,
    meaning: 'An external database has not been checked yet, as it is declared now.',
  },
  HostNotFound: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ host }: Checked) => `The name ${host} does not resolve in the cluster`,
    advice: () => `correct spec.database.external.host, or the cluster's DNS${EVERY_MINUTE}`,
    meaning:
      'The host name of an external database does not resolve. Correct `spec.database.external.host`, or the DNS of the cluster.',
  },
  DnsUnavailable: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ host }: Checked) => `No DNS server of the cluster answers when asked for ${host}`,
    advice: () => `does the cluster's DNS run${EVERY_MINUTE}`,
    meaning:
      'The DNS of the cluster does not answer, so the name of an external database cannot be looked up. Check that the DNS runs.',
  },
  AccessDenied: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ endpoint, secret }: Checked) => `${endpoint} does not let in the user of Secret ${secret}`,
    advice: ({ name }: Checked) =>
      `check username and password there, that the user may connect from the cluster's addresses, and that it may use database ${name}${EVERY_MINUTE}`,
    meaning: 'An external database refuses the user. Check the Secret, and what the user may do.',
  },
  DatabaseMissing: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ endpoint, name }: Checked) => `${endpoint} has no database ${name}`,
    advice: () => `create it, or correct spec.database.external.name${EVERY_MINUTE}`,
    meaning:
      'The server answers, but it has no database of that name. Create the database, or correct `spec.database.external.name`.',
  },
  TlsFailed: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ endpoint, isTlsOff }: Checked) => (isTlsOff ? `${endpoint} demands TLS` : `TLS with ${endpoint} fails`),
    advice: ({ host, isTlsOff }: Checked) =>
      isTlsOff
        ? `set spec.database.external.tls.mode to Required${EVERY_MINUTE}`
        : `does the server offer TLS 1.2 or newer, is its certificate valid and signed by the authority of spec.database.external.tls.caSecretName, and, under VerifyIdentity, for ${host}${EVERY_MINUTE}`,
    meaning: 'TLS with an external database fails, as it is declared. The message says what to check.',
  },
  DatabaseUnsupported: {
    kind: 'stalled',
    after: 'with the check that finds it: seconds after a start or a change, otherwise within ten minutes',
    of: ['DatabaseReady'],
    message: ({ endpoint }: Checked) => `${endpoint} is no MySQL of 8.0.16 or newer`,
    advice: () => `the app needs one${EVERY_MINUTE}`,
    meaning: 'An external database is too old, or is not MySQL.',
  },
  DatabaseUnreachable: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ endpoint }: Checked) => `Nothing answers at ${endpoint}`,
    advice: () =>
      `is the server up, is spec.database.external.port right, does a firewall or a NetworkPolicy stand between${EVERY_MINUTE}`,
    meaning:
      'An external database does not answer. A server that restarts comes back. Otherwise check host, port, firewall and network policies.',
  },
  NoConnectionsLeft: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ endpoint }: Checked) => `${endpoint} takes no more connections`,
    advice: () => `raise its max_connections, or run fewer web pods${EVERY_MINUTE}`,
    meaning:
      'An external database takes no more connections. Others may give some back. Otherwise raise its `max_connections`, or run fewer web pods.',
  },
  DatabaseNotWritable: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ endpoint }: Checked) => `${endpoint} refuses what is written to it`,
    advice: () =>
      `is it a replica, is read_only set, is binlog_format STATEMENT, is a quota of the user or the disk used up${EVERY_MINUTE}`,
    meaning:
      'An external database refuses writes, as a replica does until a failover is over. The message says what else to check.',
  },
  DatabaseCheckFailed: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady'],
    message: ({ endpoint }: Checked) => `The check of ${endpoint} has failed without saying why`,
    advice: ({ job }: Checked) => `kubectl logs job/${job}${EVERY_MINUTE}`,
    meaning:
      'The check of an external database failed without a known cause, perhaps because its pod was evicted. It runs again every minute. See `kubectl logs job/…`.',
  },

  MigrationRunning: {
    kind: 'reconciling',
    of: ['SchemaReady'],
    message: ({ job, hasNoPod }: { job: string; hasNoPod?: boolean }) =>
      `Job ${job} ${hasNoPod === true ? 'has no pod yet' : 'is running'}`,
    meaning: 'The migration Job is about to be made, waits for its pod, or is running. The message says which.',
  },
  MigrationFailed: {
    kind: 'stalled',
    after: 'after five attempts of the Job, about three minutes, or after one hour in all',
    of: ['SchemaReady'],
    message: ({ job }: { job: string }) => `Job ${job} has failed`,
    advice: ({ job }: { job: string }) => `kubectl logs job/${job} tells why; it is tried again every five minutes`,
    meaning: 'The migration Job failed. See `kubectl logs job/…`. The operator tries again every five minutes.',
  },

  RollingOut: {
    kind: 'reconciling',
    of: ['WebReady'],
    message: () => 'The web pods are rolling out',
    meaning: 'New web pods replace old ones, or too few are available.',
  },
  RolloutStuck: {
    kind: 'stalled',
    after: 'after `progressDeadlineSeconds` of the Deployment, 300 s without progress',
    of: ['WebReady'],
    message: ({ cause }: { deployment: string; cause: string | undefined }) =>
      `The rollout makes no progress${cause === undefined ? '' : ` (${cause})`}`,
    advice: ({ deployment }: { deployment: string }) =>
      `kubectl describe deployment ${deployment}, or set spec.image back`,
    meaning:
      'The new web pods have made no progress for five minutes. The message has what is known of the cause. Correct it, or set `spec.image` back. Old pods keep serving.',
  },
  RolloutPaused: {
    kind: 'stalled',
    after: AT_ONCE,
    of: ['WebReady'],
    message: ({ deployment, cause }: { deployment: string; cause: string | undefined; resuming: string }) =>
      `The rollout of Deployment ${deployment} is paused${cause === undefined ? '' : ` (${cause})`}`,
    advice: ({ resuming }: { resuming: string }) => resuming,
    meaning:
      'Somebody has paused the rollout of the web pods, and there is something to roll out. The message has the command that resumes it. Old pods keep serving. While there is nothing to roll out, only the message of `WebReady` mentions the pause.',
  },
  ScaledToZero: {
    kind: 'reconciling',
    of: ['WebReady'],
    message: () => 'No web pod runs: whoever scales them has set their number to 0',
    meaning:
      '`spec.autoscaling.mode` is `External`, and whoever scales the web pods has set their number to 0. Nobody is served until they raise it.',
  },
  ScaledAway: {
    kind: 'reconciling',
    warns: true,
    of: ['WebReady'],
    message: ({ deployment }: { deployment: string }) => `Somebody has scaled Deployment ${deployment} to 0`,
    advice: ({ deployment, paused }: { deployment: string; paused: string | undefined }) =>
      paused === undefined
        ? 'to stop an app and keep its data, set spec.mode to Hibernated'
        : `it stays so while ${paused} is set. Remove the annotation, or scale it up by hand: kubectl scale deployment ${deployment} --replicas=1`,
    meaning:
      'Somebody has scaled the web pods to 0. They keep doing so, or `interstellar.dev/paused` is set and the operator does not put it back. See [Scaling](use.md#scaling).',
  },
  PodUnschedulable: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady', 'SchemaReady', 'WebReady'],
    message: ({ pod }: { pod: string; words: string | undefined }) => `Pod ${pod} finds no node`,
    advice: ({ words }: { words: string | undefined }) => words ?? 'no reason given',
    meaning:
      "No node takes the pod. The message is the scheduler's. A cluster autoscaler may add a node. In a rollout of web pods this becomes `RolloutStuck` after five minutes.",
  },
  PodsRejected: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady', 'SchemaReady', 'WebReady'],
    message: ({ workload }: { workload: string; words: string; field: string }) =>
      `The API server refuses the pods of ${workload}`,
    advice: ({ words, field }: { words: string; field: string }) =>
      NAMES_RESOURCES.test(words) ? `${words}; their resources are those of ${field}` : words,
    meaning:
      'The API server refuses the pods because of a quota, a LimitRange, an admission policy or a webhook. The message has its words, once the pod has been missing for ten seconds, and the field of the spec for their resources where it is about those. Kubernetes tries again, so this ends when the quota has room or the policy lets the pods in.',
  },
  JobSuspended: {
    kind: 'reconciling',
    of: ['SchemaReady', 'DatabaseReady'],
    message: ({ job }: { job: string }) => `Job ${job} is suspended`,
    advice: ({ job }: { job: string }) =>
      `who suspended it lets it run; by hand: kubectl patch job ${job} --type=merge --patch '{"spec":{"suspend":false}}'`,
    meaning:
      'A migration or a check is suspended, for example by a queue that waits for room. The message has the command that lets it run.',
  },
  ImagePullRetrying: {
    kind: 'reconciling',
    of: ['DatabaseReady', 'SchemaReady', 'WebReady'],
    message: imageMessage,
    advice: imageAdvice,
    meaning: 'The first attempt to pull an image failed. The kubelet is about to try again.',
  },
  ImagePullFailed: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady', 'SchemaReady', 'WebReady'],
    message: imageMessage,
    advice: imageAdvice,
    meaning:
      'An image cannot be pulled. The first back-off of the kubelet, after about 20 s, tells it. Check the name, the registry and `spec.imagePullSecrets`.',
  },
  ContainerRestarting: {
    kind: 'reconciling',
    of: ['DatabaseReady', 'SchemaReady', 'WebReady'],
    message: endMessage,
    advice: endAdvice,
    meaning: 'A container ended, was started again, and is not ready yet. The message says how it ended.',
  },
  ContainerFailing: {
    kind: 'reconciling',
    warns: true,
    stalledAfter: PATIENCE,
    of: ['DatabaseReady', 'SchemaReady', 'WebReady'],
    message: (parts: Ended | NotStarted) =>
      'exitCode' in parts ? endMessage(parts) : `Pod ${parts.pod} cannot start ${parts.container}`,
    advice: (parts: Ended | NotStarted) => ('exitCode' in parts ? endAdvice(parts) : parts.words),
    meaning:
      'A container ends again and again, or cannot be started, for example because a Secret in `spec.env` does not exist. The message has the command that shows its log, or the words of the kubelet. The reason stays until the pod is ready, also while the container is tried again.',
  },

  InvalidSpec: {
    kind: 'stalled',
    after: AT_ONCE,
    of: [
      'Ready',
      'CredentialsReady',
      'DatabaseReady',
      'SchemaReady',
      'WebReady',
      'AutoscalingReady',
      'Exposed',
      'UpdateAvailable',
    ],
    meaning:
      'The operator cannot work with the spec, although the API server accepted it. See [Validation](operate.md#validation). Other conditions with this reason are not evaluated meanwhile.',
  },
  NotOwned: {
    kind: 'stalled',
    after: AT_ONCE,
    of: ['Ready', ...GATES, 'AutoscalingReady', 'Exposed'],
    message: ({ object, owner }: { object: string; owner: string | undefined }) =>
      `${object} exists and belongs to ${owner ?? 'nobody that this operator knows'}`,
    advice: ({ remedy }: { remedy: string }) => remedy,
    meaning:
      "An object with the name of a child belongs to somebody else, for example a PersistentVolumeClaim without the operator's labels. The message says how to hand it over, or that its name must be free. Other conditions have this reason where what they wait for is not made because of it.",
  },
  OwnerTerminating: {
    kind: 'reconciling',
    of: ['Ready', ...GATES, 'AutoscalingReady', 'Exposed'],
    message: ({ object, finalizers }: { object: string; finalizers: readonly string[] }) =>
      `${object} still belongs to the app of this name that was deleted; its garbage collection is awaited${heldBy(finalizers)}`,
    meaning:
      'A child or the volume of a deleted app of this name is still being removed. The app waits, and goes on by itself. The message names the finalizers that hold the object, if there are any: what has set them must remove them.',
  },
  ApplyFailed: {
    kind: 'reconciling',
    warns: true,
    of: ['Ready', 'Reconciling', ...GATES, 'AutoscalingReady', 'Exposed'],
    message: ({ object, words }: { object: string; words: string | undefined }) =>
      `${object} is not made yet${words === undefined ? '' : `: ${words}`}`,
    meaning:
      'The API server refuses a write, or has not carried it out for five seconds. The message has its words. The operator tries again, with pauses that grow to 30 s. It may pass: a webhook restarts, a quota has room again, a right is being granted. While the app serves, `Reconciling` has this reason, at once.',
  },
  FieldContested: {
    kind: 'reconciling',
    warns: true,
    of: ['Reconciling'],
    message: ({ fields }: { fields: string }) =>
      `Changed again and again: ${fields}; it is put back less and less often`,
    advice: () => 'stop that, or declare in spec what is wanted',
    meaning:
      'Somebody keeps changing a field back. The message names the field and the field manager. The app serves, and the operator goes on. See [Drift](operate.md#drift).',
  },

  ChildDeleting: {
    kind: 'reconciling',
    of: ['Reconciling'],
    message: ({
      children,
    }: {
      children: readonly { readonly object: string; readonly finalizers: readonly string[] }[];
    }) => children.map(({ object, finalizers }) => `${object} is being deleted${heldBy(finalizers)}`).join('; '),
    advice: () => 'check that what has set the finalizer runs; it removes it when it has cleaned up',
    meaning:
      'A child is being deleted, by somebody or because the spec no longer asks for it, and finalizers hold it. Until they are removed, it stays. The message names the object and the finalizers: check what has set them. Where the app does not serve and no write has failed, the message of `Ready` ends with this.',
  },

  Autoscaling: {
    kind: 'aside',
    of: ['AutoscalingReady'],
    message: () => 'The autoscaler has metrics and follows them',
    meaning: 'The autoscaler has metrics and follows them.',
  },
  Progressing: {
    kind: 'aside',
    of: ['AutoscalingReady'],
    message: () => 'The autoscaler has not been heard of yet',
    meaning: 'The autoscaler has not reported anything yet.',
  },
  MetricsPending: {
    kind: 'aside',
    of: ['AutoscalingReady'],
    message: () => 'The autoscaler waits for the first metrics of the web pods',
    meaning:
      'The web pods are new, or none is ready, so there are no metrics of them yet. This can last two minutes after they are ready.',
  },
  MetricsApiMissing: {
    kind: 'aside',
    of: ['AutoscalingReady'],
    message: () => 'The cluster has no metrics of pods',
    advice: () => 'install metrics-server, or fix the number with spec.replicas',
    meaning:
      'The cluster does not serve `metrics.k8s.io`. Install metrics-server, or fix the number of web pods with `spec.replicas`.',
  },
  MetricsUnavailable: {
    kind: 'aside',
    of: ['AutoscalingReady'],
    message: ({ words }: { words: string }) => `The autoscaler gets no metrics of the web pods: ${words}`,
    advice: () => 'what serves metrics, and does it run (kubectl get apiservices v1beta1.metrics.k8s.io)?',
    meaning:
      'There are no metrics of web pods that have been ready for two minutes, although the cluster has an API for them. Check what serves it: `kubectl get apiservices v1beta1.metrics.k8s.io`.',
  },
  CpuRequestMissing: {
    kind: 'aside',
    of: ['AutoscalingReady'],
    message: ({ container }: { container: string; isWeb: boolean }) =>
      `Container ${container} of the web pods requests no CPU: the autoscaler cannot tell what share of it is used`,
    advice: ({ isWeb }: { isWeb: boolean }) =>
      isWeb ? 'set spec.resources.requests.cpu' : 'have it request some where it is put into the pods',
    meaning:
      'A container of the web pods requests no CPU, so its use cannot be expressed in percent. Set `spec.resources.requests.cpu`. For a sidecar, set a request where it is injected.',
  },
  AutoscalerAmbiguous: {
    kind: 'aside',
    of: ['AutoscalingReady'],
    message: ({ words }: { words: string }) =>
      `Another HorizontalPodAutoscaler has the same pods, and both stand still: ${words}`,
    advice: () => 'delete the other one, or leave the number to it with spec.autoscaling.mode External',
    meaning:
      'Another HorizontalPodAutoscaler selects the web pods (KEDA makes one too), and Kubernetes lets neither scale them. Delete it, or set `spec.autoscaling.mode: External`.',
  },
  AutoscalerFailing: {
    kind: 'aside',
    of: ['AutoscalingReady'],
    message: ({ why, words }: { why: string; words: string }) => `${why}: ${words}`,
    meaning: 'The autoscaler does not scale for another reason. The message is its own.',
  },
  WaitingForWeb: {
    kind: 'aside',
    of: ['Exposed'],
    message: ({ way }: { way: 'Ingress' | 'HTTPRoute' }) =>
      `The ${way} does not exist yet: it is made after the web pods`,
    meaning: 'The Ingress or HTTPRoute does not exist yet. It is made after the web pods.',
  },
  NoIngressClass: {
    kind: 'aside',
    of: ['Exposed'],
    message: ({ ingress }: { ingress: string }) => `No controller takes Ingress ${ingress}`,
    advice: () =>
      'set spec.ingress.className to one of kubectl get ingressclass, or install an ingress controller with a default class',
    meaning:
      'The Ingress has no class, and the cluster has no default one. Set `spec.ingress.className`, or install an ingress controller.',
  },
  AddressPending: {
    kind: 'aside',
    of: ['Exposed'],
    message: ({ ingress }: { ingress: string; className: string }) => `Ingress ${ingress} has no address yet`,
    advice: ({ ingress, className }: { ingress: string; className: string }) =>
      `the controller of class ${className} gives one; does it run (kubectl get ingressclass ${className}), and what does it say (kubectl describe ingress ${ingress})?`,
    meaning:
      'The ingress controller has given the Ingress no address yet. Check that it runs, and see `kubectl describe ingress`.',
  },
  GatewayApiMissing: {
    kind: 'aside',
    of: ['Exposed'],
    message: () => 'The Gateway API is not installed',
    advice: () =>
      'the cluster serves no HTTPRoute of gateway.networking.k8s.io/v1. Install its CRDs and a controller for it, which is noticed within seconds; or use spec.ingress',
    meaning:
      'The cluster does not serve `HTTPRoute` of `gateway.networking.k8s.io/v1`. Install the Gateway API and a controller for it, or use `spec.ingress`.',
  },
  RoutePending: {
    kind: 'aside',
    of: ['Exposed'],
    message: ({ gateway, route }: { gateway: string; route: string; look: string }) =>
      `${gateway} has not taken HTTPRoute ${route} yet`,
    advice: ({ look }: { look: string }) => `is it there, and does its controller run (${look})?`,
    meaning: 'A Gateway has not accepted the route yet. Check that the Gateway exists and its controller runs.',
  },
  RouteRejected: {
    kind: 'aside',
    of: ['Exposed'],
    message: ({ gateway, route }: { gateway: string; route: string; words: string }) =>
      `${gateway} does not serve HTTPRoute ${route}`,
    advice: ({ words }: { words: string }) => words,
    meaning: "A Gateway refuses the route. The message is its controller's.",
  },
  UpToDate: {
    kind: 'aside',
    of: ['UpdateAvailable'],
    message: () => 'Images and pod templates are as new as this operator knows',
    meaning: 'There is nothing newer.',
  },
  NewDefaults: {
    kind: 'aside',
    of: ['UpdateAvailable'],
    message: ({ updates }: { updates: readonly string[]; annotation: string }) => updates.join('; '),
    advice: ({ annotation }: { annotation: string }) =>
      `set the image in spec, or the annotation ${annotation} to any new value`,
    meaning:
      'This operator would choose other images or pod templates. Set the image in `spec`, or set `interstellar.dev/update`.',
  },

  DatabaseReady: { kind: 'event', meaning: 'MySQL takes connections again.' },
  SchemaMigrated: { kind: 'event', meaning: 'A migration completed, of an app that already had web pods.' },
  Ready: { kind: 'event', meaning: 'The app serves, for the first time or again.' },
  DriftCorrected: {
    kind: 'event',
    meaning: 'The operator put back what others had changed or deleted. At most once a minute.',
  },
  Exposed: { kind: 'event', meaning: 'The app can be reached from outside, for the first time or again.' },
  UpdateAvailable: { kind: 'event', meaning: 'The operator knows newer images or templates.' },
} as const satisfies Record<string, Reason>;

type Table = typeof REASONS;
export type ReasonName = keyof Table;

/** Their names: `REASON.accessDenied` is `AccessDenied`. */
export const REASON = Object.fromEntries(
  Object.keys(REASONS).map((name) => [name.charAt(0).toLowerCase() + name.slice(1), name]),
) as { readonly [N in ReasonName as Uncapitalize<N>]: N };

type Worded = { [N in ReasonName]: Table[N] extends { message: unknown } ? N : never }[ReasonName];
type PartsOf<Half> = Half extends (parts: infer P) => string ? P : unknown;
/** All that either half needs. */
type Parts<N extends Worded> = PartsOf<Table[N]['message']> &
  (Table[N] extends { advice: infer Advice } ? PartsOf<Advice> : unknown);

/** The message of a condition, from its parts: what is the matter, and what to do. */
export function messageOf<N extends Worded>(reason: N, ...[parts]: unknown extends Parts<N> ? [] : [Parts<N>]): string {
  const { message, advice }: { message?: Wording; advice?: Wording } = REASONS[reason];
  return [message, advice].flatMap((half) => (half === undefined ? [] : [half(parts as never)])).join(': ');
}

type Wording = (parts: never) => string;

const known = (reason: string): Reason | undefined => (REASONS as Readonly<Record<string, Reason>>)[reason];

/** What a reason means and what to do about it, as plain text. Undefined where nothing is the matter, and for a reason that is not in the table. */
export function adviceOf(reason: string): string | undefined {
  const found = known(reason);
  if (found === undefined || found.kind === 'ok' || found.kind === 'event' || reason === REASON.upToDate)
    return undefined;
  return plainText(found.meaning);
}

/** Without the backticks and links of Markdown. */
const plainText = (markdown: string): string => markdown.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll('`', '');

/** Whether somebody has to act. */
export const isStalled = (reason: string): boolean => known(reason)?.kind === 'stalled';

/** Whether it is expected to pass by itself, but somebody has to act if it lasts. */
export function stallsLater(reason: string): boolean {
  const found = known(reason);
  return found?.kind === 'reconciling' && found.stalledAfter !== undefined;
}

/** Whether a Warning event tells of it. */
export function isWarning(reason: string): boolean {
  const found = known(reason);
  return found?.kind === 'stalled' || (found?.kind === 'reconciling' && found.warns === true);
}
