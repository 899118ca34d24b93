import type { V1Job } from '@kubernetes/client-node';
import type { CompleteApp, CompleteExternalDatabase } from '../../../api/defaults.ts';
import { CONDITION, REASON } from '../../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../../api/conditions.ts';
import { CONTENT, FACT, LABEL } from '../../names.ts';
import { finishedAt, jobCondition, podsOfJob, reportOf, saidBy, type Observed } from '../../observe.ts';
import { podTrouble } from '../../status/pod-trouble.ts';

const EVERY_MS = 600_000;
/** Sooner where it cannot be used, so that its return is noticed. */
const RETRY_MS = 60_000;

/** What a check of the database found. */
export interface DatabaseCheck {
  readonly job: string;
  /** A hash of what was asked. */
  readonly content: string;
  /** The end of the check before it. */
  readonly after?: string;
  readonly isFit: boolean;
  readonly at: number;
  /** What the check said: of an image of somebody else's, anything. */
  readonly said: Readonly<Record<string, unknown>>;
}

type Checks = Pick<Observed, 'jobs' | 'pods' | 'configMap'>;

export const isCheck = ({ metadata }: V1Job): boolean => metadata?.labels?.[LABEL.component] === 'check';

/** The end of the check after which the wanted one comes: that of the newest, once it is some time ago and no migration runs. */
export function checkAfter(observed: Checks, now: Date): string | undefined {
  const running = newestRunning(observed.jobs);
  if (running) return running.metadata?.annotations?.[FACT.checkAfter];
  const newest = newestEnded(observed);
  if (newest === undefined || now.getTime() < dueAt(newest) || isMigrating(observed.jobs)) return newest?.after;
  return new Date(newest.at).toISOString();
}

/** When to look again; undefined while a check or a migration is under way. */
export function nextCheckAt(observed: Checks): number | undefined {
  const isBusy = newestRunning(observed.jobs) !== undefined || isMigrating(observed.jobs);
  const newest = isBusy ? undefined : newestEnded(observed);
  return newest && dueAt(newest);
}

const newestRunning = (jobs: readonly V1Job[]): V1Job | undefined =>
  jobs.filter((job) => isCheck(job) && finishedAt(job) === undefined).sort((a, b) => createdAt(b) - createdAt(a))[0];

/** The schema that a check would find then is about to be another. */
const isMigrating = (jobs: readonly V1Job[]): boolean =>
  jobs.some((job) => !isCheck(job) && finishedAt(job) === undefined);

const createdAt = ({ metadata }: V1Job): number => new Date(metadata?.creationTimestamp ?? 0).getTime();

const dueAt = ({ at, isFit }: DatabaseCheck): number => at + (isFit ? EVERY_MS : RETRY_MS);

/** The newest result of a check of this content; undefined where none has finished. */
export const lastCheck = (observed: Checks, wanted: V1Job | undefined): DatabaseCheck | undefined =>
  newestEnded(observed, contentOf(wanted) ?? '');

/** Of this content, where one is given. */
const newestEnded = (observed: Checks, content?: string): DatabaseCheck | undefined =>
  endedChecks(observed)
    .filter((check) => content === undefined || check.content === content)
    .sort((a, b) => b.at - a.at)[0];

/** Those whose Jobs are there, and the one that is remembered: a finished Job may be cleaned up by anybody. */
function endedChecks(observed: Checks): DatabaseCheck[] {
  const known = observed.jobs.filter(isCheck).flatMap((job): DatabaseCheck[] => {
    const at = finishedAt(job);
    const after = job.metadata?.annotations?.[FACT.checkAfter];
    if (at === undefined) return [];
    const found = { isFit: jobCondition(job, 'Complete'), at, said: saidBy(observed, job) };
    return [
      {
        job: job.metadata?.name ?? '',
        content: contentOf(job) ?? '',
        ...(after === undefined ? {} : { after }),
        ...found,
      },
    ];
  });
  const remembered = parsed(observed.configMap?.metadata?.annotations?.[FACT.lastCheck]);
  return [...known, ...(remembered && !known.some(({ job }) => job === remembered.job) ? [remembered] : [])];
}

/** Somebody may have written anything there: then it is as if nothing were remembered. */
function parsed(text = ''): DatabaseCheck | undefined {
  try {
    const check = JSON.parse(text) as Partial<DatabaseCheck> | null;
    const { job, content, at, said } = check ?? {};
    const isOne = typeof job === 'string' && typeof content === 'string' && typeof at === 'number' && isRecord(said);
    return isOne ? (check as DatabaseCheck) : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The newest check that ended, as the annotation that remembers it; of what it said only what is used. */
export function rememberedCheck(observed: Checks): string | undefined {
  const newest = newestEnded(observed);
  if (!newest) return undefined;
  const { problem, schema } = newest.said;
  const words = Object.entries({ problem, schema }).filter(([, word]) => typeof word === 'string' && word.length <= 64);
  return JSON.stringify({ ...newest, said: { ...reportOf(newest.said), ...Object.fromEntries(words) } });
}

/** Whether that check has ended, though its Job may be gone. */
export const hasEnded = (observed: Checks, name: string): boolean =>
  endedChecks(observed).some(({ job }) => job === name);

/** Whether the check asks what the wanted one asks, or asked. */
export const isOfSameContent = (job: V1Job, wanted: V1Job | undefined): boolean =>
  wanted !== undefined && contentOf(job) === contentOf(wanted);

const contentOf = (job: V1Job | undefined): string | undefined => job?.metadata?.annotations?.[CONTENT.configuration];

/** `DatabaseReady` of an app whose database is not the operator's. */
export function externalDatabaseReady(
  app: CompleteApp,
  external: CompleteExternalDatabase,
  observed: Observed,
  check: DatabaseCheck | undefined,
): Finding {
  const not = (reason: string, message: string): Finding => findingOf(CONDITION.databaseReady, false, reason, message);
  const endpoint = endpointOf(external);
  if (check?.isFit === true) {
    return findingOf(
      CONDITION.databaseReady,
      true,
      REASON.available,
      `${endpoint} can be used; looked at every ten minutes`,
    );
  }
  if (check) {
    const [reason, message] = problemOf(external, check);
    return not(reason, `${message}. Looked at every minute`);
  }
  const trouble = observed.jobs.filter(isCheck).flatMap((job) => podTrouble(podsOfJob(observed, job)) ?? []);
  if (trouble[0]) return not(trouble[0].reason, trouble[0].message);
  return not(REASON.databaseChecking, `A Job of ${app.metadata.name} looks whether ${endpoint} can be used`);
}

export const endpointOf = ({ host, port }: CompleteExternalDatabase): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What to do about each problem that the check knows by a word. */
function problemOf(
  external: CompleteExternalDatabase,
  { said, job }: DatabaseCheck,
): [reason: string, message: string] {
  const { host, name, credentialsSecretName, tls } = external;
  const endpoint = endpointOf(external);
  const at = 'spec.database.external';
  switch (said.problem) {
    case 'HostNotFound':
      return [
        REASON.hostNotFound,
        `The name ${host} does not resolve in the cluster: correct ${at}.host, or the cluster's DNS`,
      ];
    case 'Unreachable':
      return [
        REASON.databaseUnreachable,
        `Nothing answers at ${endpoint}: is the server up, is ${at}.port right, does a firewall or a NetworkPolicy stand between`,
      ];
    case 'AccessDenied':
      return [
        REASON.accessDenied,
        `${endpoint} does not let in the user of Secret ${credentialsSecretName}: check username and password there, that the user may connect from the cluster's addresses, and that it may use database ${name}`,
      ];
    case 'DatabaseMissing':
      return [REASON.databaseMissing, `${endpoint} has no database ${name}: create it, or correct ${at}.name`];
    case 'TlsFailed':
      return [
        REASON.tlsFailed,
        tls.mode === 'Disabled'
          ? `${endpoint} demands TLS: set ${at}.tls.mode to Required`
          : `TLS with ${endpoint} fails: does the server offer TLS 1.2 or newer, is its certificate valid and signed by the authority of ${at}.tls.caSecretName, and, under VerifyIdentity, for ${host}`,
      ];
    case 'NoConnectionsLeft':
      return [
        REASON.noConnectionsLeft,
        `${endpoint} takes no more connections: raise its max_connections, or run fewer web pods`,
      ];
    case 'NotWritable':
      return [
        REASON.databaseNotWritable,
        `${endpoint} refuses what is written to it: is it a replica, is read_only set, is binlog_format STATEMENT, is a quota of the user or the disk used up`,
      ];
    case 'Unsupported':
      return [REASON.databaseUnsupported, `${endpoint} is no MySQL of 8.0.16 or newer, which the app needs`];
    default:
      return [
        REASON.databaseCheckFailed,
        `The check of ${endpoint} has failed without saying why: kubectl logs job/${job}`,
      ];
  }
}
