import type { V1Job, V1PersistentVolumeClaim, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { JOB, POD, SECRET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { contentHash, FIELD_MANAGER, LABEL } from '../../../operator/vacation-app/names.ts';
import type { Happening } from './api-model.ts';
import { isRunning } from './database-workload.ts';
import { APP, CLAIM, CREDENTIALS, DATABASE_POD } from './person.ts';
import type { Database } from './workloads.ts';

/** What is on a volume. */
export interface Content {
  /** Those that it was initialised with, by what is in their Secret; undefined while it is empty. */
  readonly credentials: string | undefined;
  /** What has been done to its schema, in order. */
  readonly migrations: readonly Migration[];
}

interface Migration {
  /** The image, whose pods need what it has done. */
  readonly image: string;
  /** What ran, by all that matters. */
  readonly content: string;
}

/** A volume and its claim as they once were. */
export interface Snapshot {
  readonly name: string;
  readonly claim: KubeObject;
  readonly content: Content;
}

export type Data = Readonly<Record<string, string>>;
type SecretObject = KubeObject & { readonly data?: Data };

const NOTHING: V1PodSpec = { containers: [] };
const EMPTY: Content = { credentials: undefined, migrations: [] };
/** What somebody else's database was made with. */
export const FOREIGN_CREDENTIALS: Data = Object.fromEntries(
  ['db_uri', 'db_migration_uri', 'db_root_password', 'secret_key'].map((key) => [key, btoa(`foreign ${key}`)]),
);
export const FOREIGN_VOLUME = 'foreign';

/** Whether the claim says that it is the app's. */
export const isOurs = ({ metadata: { labels } }: KubeObject): boolean =>
  labels?.[LABEL.app] === APP && labels[LABEL.managedBy] === FIELD_MANAGER;

/**
 * What is on the volumes, by the uids of their claims: it follows from what has happened to claims, Secrets and pods, in that order. MySQL
 * initialises what is empty when its pod starts, a migration changes what MySQL uses when its pod succeeds, and a claim that is made from a snapshot
 * has what was on that.
 */
export class Volumes implements Database {
  /** What must not have happened to them. */
  readonly fouls: string[] = [];
  readonly snapshots: Snapshot[] = [];
  readonly #history: readonly Happening[];
  #next = 0;
  readonly #contents = new Map<string, Content>();
  readonly #migrations = new Map<string, Migration>();
  /** Every Secret with credentials that there was, by what is in it. */
  readonly #secrets = new Map<string, SecretObject>();
  /** Jobs for migrations that were known to be done when they were made. */
  readonly #needless = new Set<string>();
  readonly #policies = new Map<string, string>();
  /** Migrations that the operator has had the time to remember, by volume. */
  readonly #remembered = new Map<string, string>();
  /** The volumes on which a migration was done that nobody can have read the report of. */
  readonly #unreported = new Set<string>();
  #claim: KubeObject | undefined;
  #secret: SecretObject | undefined;
  #user: { readonly pod: string; readonly claim: string } | undefined;

  constructor(history: readonly Happening[]) {
    this.#history = history;
    const data = { metadata: { name: CREDENTIALS }, data: FOREIGN_CREDENTIALS };
    this.#secrets.set(credentialsIn(data), data);
  }

  /** Takes in what has happened since. */
  follow(): void {
    for (let happening; (happening = this.#history[this.#next]); this.#next += 1) this.#observe(happening);
  }

  hasCredentials(): boolean {
    return this.#secret !== undefined;
  }

  logIn(): 'accepted' | 'refused' | 'unanswered' {
    const used = this.used();
    if (!used || !this.#secret) return 'unanswered';
    return used.credentials === credentialsIn(this.#secret) ? 'accepted' : 'refused';
  }

  hasSchema(image: string): boolean {
    return this.used()?.migrations.some((migration) => migration.image === image) ?? false;
  }

  /** What is on the volume that MySQL uses; undefined while it does not run. */
  used(): Content | undefined {
    return this.#user && this.#contents.get(this.#user.claim);
  }

  /** What is on the volume of the app's name, used or not; undefined where there is none. */
  get there(): Content | undefined {
    return this.#claim && this.#contents.get(this.#claim.metadata.uid ?? '');
  }

  get claim(): KubeObject | undefined {
    return this.#claim;
  }

  get secret(): SecretObject | undefined {
    return this.#secret;
  }

  /** The Secret that goes with the content; any for an empty volume. */
  secretFor({ credentials }: Content): SecretObject | undefined {
    return credentials === undefined ? [...this.#secrets.values()].at(-1) : this.#secrets.get(credentials);
  }

  /** Whether the versions of what is there may be known to nobody. */
  get isUnreported(): boolean {
    return this.#unreported.has(this.#claim?.metadata.uid ?? '');
  }

  /** What the status of an app that is gone said last of what becomes of its data. */
  policyOf(appUid: string): string | undefined {
    return this.#policies.get(appUid);
  }

  takeSnapshot(): void {
    if (!this.#claim || !this.there) return;
    this.snapshots.push({ name: `snapshot-${this.snapshots.length}`, claim: this.#claim, content: this.there });
  }

  /** The operator has seen that the last migration is done, and has had the time to remember it. */
  remember(): void {
    const last = this.there?.migrations.at(-1);
    if (last) this.#remembered.set(this.#claim?.metadata.uid ?? '', last.content);
  }

  #observe({ plural, before, after }: Happening): void {
    const object = after ?? before;
    if (!object) return;
    switch (plural) {
      case VACATION_APP.plural:
        if (!after) this.#policies.set(object.metadata.uid ?? '', policyIn(object) ?? '');
        break;
      case SECRET.plural:
        if (object.metadata.name !== CREDENTIALS) break;
        this.#secret = after;
        if (after) this.#secrets.set(credentialsIn(after), after);
        break;
      case VOLUME_CLAIM.plural:
        if (object.metadata.name !== CLAIM) break;
        this.#claim = after;
        if (!before && after) this.#contents.set(after.metadata.uid ?? '', this.#originOf(after));
        break;
      case JOB.plural:
        if (!before) this.#begin(object);
        if (!after) this.#forget(migrationOf(object));
        break;
      case POD.plural:
        this.#observePod(object, after);
        break;
    }
  }

  #observePod(pod: KubeObject & Pick<V1Pod, 'status'>, after: KubeObject | undefined): void {
    const { name, uid = '', ownerReferences = [] } = pod.metadata;
    if (name === DATABASE_POD) {
      if (!after) this.#user = undefined;
      else if (isRunning(pod) && this.#user?.pod !== uid) this.#mount(uid);
      return;
    }
    const job = ownerReferences[0]?.uid ?? '';
    const migration = this.#migrations.get(job);
    if (!after || !migration || pod.status?.phase !== 'Succeeded') return;
    this.#migrations.delete(job);
    this.#migrate(migration, this.#needless.has(job));
  }

  #mount(pod: string): void {
    if (!this.#claim) return;
    const claim = this.#claim.metadata.uid ?? '';
    this.#user = { pod, claim };
    if (!isOurs(this.#claim)) this.fouls.push('MySQL runs on a volume that is not the app’s');
    const content = this.#contents.get(claim) ?? EMPTY;
    if (content.credentials !== undefined || !this.#secret) return;
    this.#contents.set(claim, { ...content, credentials: credentialsIn(this.#secret) });
  }

  #begin(job: KubeObject): void {
    const { uid = '' } = job.metadata;
    const migration = migrationOf(job);
    this.#migrations.set(uid, migration);
    if (this.#isKnownToBeDone(migration)) this.#needless.add(uid);
  }

  #isKnownToBeDone({ content }: Migration): boolean {
    const isLast = this.there?.migrations.at(-1)?.content === content;
    return isLast && this.#remembered.get(this.#claim?.metadata.uid ?? '') === content;
  }

  #migrate(migration: Migration, isNeedless: boolean): void {
    const { claim = '' } = this.#user ?? {};
    const content = this.#contents.get(claim) ?? EMPTY;
    if (isNeedless && content.migrations.at(-1)?.content === migration.content) {
      this.fouls.push('a migration ran again on the volume on which it was done');
    }
    this.#contents.set(claim, { ...content, migrations: [...content.migrations, migration] });
  }

  /** A Job that is gone has taken its report with it. */
  #forget(migration: Migration): void {
    const { uid = '' } = this.#claim?.metadata ?? {};
    const isLast = this.there?.migrations.at(-1)?.content === migration.content;
    if (isLast && !this.#isKnownToBeDone(migration)) this.#unreported.add(uid);
  }

  #originOf({ spec }: KubeObject & Pick<V1PersistentVolumeClaim, 'spec'>): Content {
    const name = spec?.dataSource?.name;
    if (name === FOREIGN_VOLUME) return { credentials: credentialsIn({ data: FOREIGN_CREDENTIALS }), migrations: [] };
    return this.snapshots.find((snapshot) => snapshot.name === name)?.content ?? EMPTY;
  }
}

/** What MySQL is made with and logged in to with. */
export function credentialsIn(secret: SecretObject | { readonly data: Data }): string {
  const { data = {} } = secret;
  return contentHash(['db_uri', 'db_migration_uri', 'db_root_password'].map((key) => data[key]));
}

function migrationOf(job: KubeObject & Pick<V1Job, 'spec'>): Migration {
  // Where it runs makes no difference to what it does.
  const { nodeSelector, tolerations, affinity, priorityClassName, ...content } = job.spec?.template.spec ?? NOTHING;
  const image = content.containers[0]?.image ?? '';
  return { image, content: contentHash(content) };
}

/** The policy in force, as the status tells it; a wish for Delete that it does not tell yet may hold as well. */
function policyIn(app: KubeObject & Partial<VacationApp>): string | undefined {
  return app.spec?.deletionPolicy === 'Delete' ? 'Delete' : app.status?.database?.deletionPolicy;
}
