import type {
  V1EnvVar,
  V1NetworkPolicyEgressRule,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Secret,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';
import type { Finding } from '../../api/conditions.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import type { Child, Desired } from '../children/child.ts';
import type { SecretUse } from '../credentials/user-secrets.ts';
import type { Facts } from '../facts.ts';
import type { Observed } from '../observe.ts';
import type { Plan } from '../plan.ts';
import type { Failure } from '../status/failure.ts';
import type { DatabaseCheck } from '../tasks/check/checks.ts';
import type { Migration } from '../tasks/migrate/migration.ts';

/** A way to have a database: all that the operator asks of the one that an app has. */
export interface DatabaseKind {
  /** Whether the app's database is of this kind. */
  readonly isOf: (app: VacationApp) => boolean;
  /** The components of its pods; in the names of its children. */
  readonly components: readonly string[];
  /** `clients`: the components whose pods connect to it. */
  readonly children: (clients: readonly string[]) => readonly Child[];
  /** The image that the spec names for its server. */
  readonly image?: (app: CompleteApp) => string | undefined;

  /** Where it is, and as whom web pods log in. */
  readonly environment: (app: CompleteApp) => V1EnvVar[];
  /** The same for migrations. */
  readonly migrationEnvironment: (app: CompleteApp) => V1EnvVar[];
  /** Files that its clients need. */
  readonly mounts?: (app: CompleteApp) => { readonly volumes: V1Volume[]; readonly volumeMounts: V1VolumeMount[] };
  readonly egress: (app: CompleteApp) => V1NetworkPolicyEgressRule;
  /** `host:port`, for people. */
  readonly endpoint: (app: CompleteApp) => string;

  readonly credentials?: DatabaseCredentials;
  /** The user's Secrets that it needs, by field of the spec. */
  readonly secretUses?: (app: CompleteApp) => readonly SecretUse[];
  /** Their names, of an app without defaults. */
  readonly secretNames?: (app: VacationApp) => readonly (string | undefined)[];

  /** Whether Jobs check now and then that it can be used. */
  readonly isChecked: boolean;
  readonly stateOf: (app: CompleteApp, observed: Observed, check: DatabaseCheck | undefined) => DatabaseState;
  readonly factsOf: (observed: Observed, migration: Migration, check: DatabaseCheck | undefined) => DatabaseFacts;
  /** The condition `DatabaseReady`. */
  readonly finding: (
    app: CompleteApp,
    observed: Observed,
    check: DatabaseCheck | undefined,
    failure?: Failure,
  ) => Finding;
  /** Pods that have to be deleted so that new ones are made as declared. */
  readonly stuckPods?: (app: CompleteApp, observed: Observed) => readonly V1Pod[];
  /** Only for a kind that stores its data on a volume of the app. */
  readonly volume?: DataVolume;
}

/** The part of the credentials Secret that belongs to the kind of database. */
export interface DatabaseCredentials {
  readonly keys: readonly string[];
  /** Values for the keys, not encoded. */
  readonly generate: (app: CompleteApp, random: (bytes: number) => string) => Readonly<Record<string, string>>;
  /** The fault of values that the user gives. It quotes none of them, because they are secret. */
  readonly fault: (app: CompleteApp, valueOf: (key: string) => string) => string | undefined;
}

/** How the database that is there now stands. */
export interface DatabaseState {
  /** What tells it from another one in the same place, as far as a migration must know. */
  readonly identity: string | undefined;
  /** Whether it is known which database it is; before that no migration may run on it. */
  readonly isKnown: boolean;
  readonly isReady: boolean;
  /** When it came to be, where that is known. */
  readonly since?: Date | undefined;
  /** Whether its schema is known to be current, whichever migrations were done. */
  readonly isSchemaCurrent?: boolean;
  /** The annotations of the object that remembers which migration was done on it. */
  readonly memory: Readonly<Record<string, string>>;
}

/** What migrations and checks reported of the database that is there now, the latest first. */
export interface DatabaseFacts {
  readonly schemaVersion: string | undefined;
  readonly databaseVersion: string | undefined;
  /** What the web pods' ConfigMap remembers of it, as annotations. */
  readonly remembered: Readonly<Record<string, string>>;
}

/** The two objects without which an app's data are lost: the claim of the volume, and the Secret that holds the passwords. */
export interface DataObjects {
  readonly volumeClaim: V1PersistentVolumeClaim | undefined;
  readonly secret: V1Secret | undefined;
}

export interface DataVolume {
  readonly claimName: (app: CompleteApp) => string;
  /** Finds the claim also where the cache does not know it. */
  readonly read: (
    app: CompleteApp,
    observed: Observed,
    cluster: Cluster,
  ) => Promise<V1PersistentVolumeClaim | undefined>;
  /** Helps somebody who gives up the data to start over; throws until that is done, and does nothing for anybody else. */
  readonly letGo: (
    app: CompleteApp,
    data: DataObjects,
    facts: Facts,
    cluster: Cluster,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Sees that the volume is as the app declares it, and that it remembers what it has to. */
  readonly protect: (
    plan: Plan,
    claim: V1PersistentVolumeClaim | undefined,
    cluster: Cluster,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Whether a child must not change now, since that would lose the data. */
  readonly forbids: (child: Desired, observed: Observed) => boolean;
}
