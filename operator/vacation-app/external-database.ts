import type { V1Job } from '@kubernetes/client-node';
import type { CompleteApp, CompleteExternalDatabase } from '../api/defaults.ts';
import { CONDITION, REASON } from '../api/vacation-app.ts';
import { findingOf, type Finding } from '../runtime/conditions.ts';
import { CONTENT, FACT, LABEL } from './names.ts';
import { finishedAt, jobCondition, podsOfJob, saidBy, type Observed } from './observe.ts';
import { podTrouble } from './pod-trouble.ts';

const EVERY_MS = 600_000;
/** Sooner where it cannot be used, so that its return is noticed. */
const RETRY_MS = 60_000;

/** What the last check of the database found that is declared now. */
export interface DatabaseCheck {
  readonly job: string;
  readonly isFit: boolean;
  readonly at: number;
  /** What the check said: of an image of somebody else's, anything. */
  readonly said: Readonly<Record<string, unknown>>;
}

export const isCheck = ({ metadata }: V1Job): boolean => metadata?.labels?.[LABEL.component] === 'check';

/** The end of the check after which the wanted one comes: that of the newest, once it is some time ago. */
export function checkAfter({ jobs }: Pick<Observed, 'jobs'>, now: Date): string | undefined {
  const newest = newestOf(jobs);
  const finished = finishedAt(newest);
  if (finished === undefined || now.getTime() < dueAt(newest, finished)) {
    return newest?.metadata?.annotations?.[FACT.checkAfter];
  }
  return new Date(finished).toISOString();
}

/** When to look again; undefined while the newest check is under way. */
export function nextCheckAt({ jobs }: Pick<Observed, 'jobs'>): number | undefined {
  const newest = newestOf(jobs);
  const finished = finishedAt(newest);
  return finished === undefined ? undefined : dueAt(newest, finished);
}

const newestOf = (jobs: readonly V1Job[]): V1Job | undefined =>
  jobs.filter(isCheck).sort((a, b) => createdAt(b) - createdAt(a))[0];

const createdAt = ({ metadata }: V1Job): number => new Date(metadata?.creationTimestamp ?? 0).getTime();

const dueAt = (job: V1Job | undefined, finished: number): number =>
  finished + (jobCondition(job, 'Complete') ? EVERY_MS : RETRY_MS);

/** The newest result of a check of this content; undefined where none has finished. */
export function lastCheck(
  observed: Pick<Observed, 'jobs' | 'pods'>,
  wanted: V1Job | undefined,
): DatabaseCheck | undefined {
  const content = contentOf(wanted);
  const [last] = observed.jobs
    .filter((job) => isCheck(job) && content !== undefined && contentOf(job) === content)
    .flatMap((job) => {
      const at = finishedAt(job);
      return at === undefined ? [] : [{ job, at }];
    })
    .sort((a, b) => b.at - a.at);
  if (!last) return undefined;
  const job = last.job.metadata?.name ?? '';
  return { job, isFit: jobCondition(last.job, 'Complete'), at: last.at, said: saidBy(observed, last.job) };
}

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
