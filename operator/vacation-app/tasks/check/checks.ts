import type { V1Job } from '@kubernetes/client-node';
import { CONTENT, FACT, LABEL } from '../../names.ts';
import type { Observed } from '../../observe.ts';
import { finishedAt, jobCondition, podsOfJob } from '../jobs.ts';
import { reportOf, versionsOf, type TaskReport } from '../task-report.ts';

/** The container of a check. */
export const CHECK = 'check';

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
  /** If it cannot be used: the end of the first check in a row, of the same content, that found this. */
  readonly unfitSince?: number;
  readonly report: TaskReport;
}

type Checks = Pick<Observed, 'jobs' | 'pods' | 'configMap'>;

export const isCheck = ({ metadata }: V1Job): boolean => metadata?.labels?.[LABEL.component] === CHECK;

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

/** The newest result of a check; of this content, where one is given. Undefined where none has finished. */
export const newestEnded = (observed: Checks, content?: string): DatabaseCheck | undefined =>
  endedChecks(observed)
    .filter((check) => content === undefined || check.content === content)
    .sort((a, b) => b.at - a.at)[0];

/** Those whose Jobs are there, and the one that is remembered: a finished Job may be cleaned up by anybody. */
function endedChecks(observed: Checks): DatabaseCheck[] {
  const remembered = parsed(observed.configMap?.metadata?.annotations?.[FACT.lastCheck]);
  const known = observed.jobs.filter(isCheck).flatMap((job): DatabaseCheck[] => {
    const at = finishedAt(job);
    const after = job.metadata?.annotations?.[FACT.checkAfter];
    if (at === undefined) return [];
    const content = contentOf(job);
    const isFit = jobCondition(job, 'Complete');
    const found = {
      isFit,
      at,
      ...(isFit ? {} : { unfitSince: unfitSince({ content, at }, remembered) }),
      report: reportOf(podsOfJob(observed, job.metadata?.name), CHECK),
    };
    return [
      {
        job: job.metadata?.name ?? '',
        content,
        ...(after === undefined ? {} : { after }),
        ...found,
      },
    ];
  });
  return [...known, ...(remembered && !known.some(({ job }) => job === remembered.job) ? [remembered] : [])];
}

/** Continues the row of the remembered check, or starts a new one. */
function unfitSince({ content, at }: Pick<DatabaseCheck, 'content' | 'at'>, remembered?: DatabaseCheck): number {
  const isInRow = remembered?.isFit === false && remembered.content === content && remembered.at <= at;
  return isInRow ? (remembered.unfitSince ?? remembered.at) : at;
}

/** Somebody may have written anything there: then it is as if nothing were remembered. */
function parsed(text = ''): DatabaseCheck | undefined {
  try {
    const { said: report, ...check } = (JSON.parse(text) ?? {}) as Partial<RememberedCheck>;
    const { job, content, at, unfitSince: since = at } = check;
    const isOne =
      typeof job === 'string' &&
      typeof content === 'string' &&
      typeof at === 'number' &&
      typeof since === 'number' &&
      isRecord(report);
    return isOne ? ({ ...check, report } as DatabaseCheck) : undefined;
  } catch {
    return undefined;
  }
}

/** As annotations have it since the first release. */
type RememberedCheck = Omit<DatabaseCheck, 'report'> & { readonly said: TaskReport };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The newest check that ended, as the annotation that remembers it; of its report only what is used. */
export function rememberedCheck(observed: Checks): string | undefined {
  const newest = newestEnded(observed);
  if (!newest) return undefined;
  const { report, ...check } = newest;
  const { problem, schema } = report;
  const words = Object.entries({ problem, schema }).filter(([, word]) => typeof word === 'string' && word.length <= 64);
  const remembered: RememberedCheck = { ...check, said: { ...versionsOf(report), ...Object.fromEntries(words) } };
  return JSON.stringify(remembered);
}

/** Whether that check has ended, though its Job may be gone. */
export const hasEnded = (observed: Checks, name: string): boolean =>
  endedChecks(observed).some(({ job }) => job === name);

/** A hash of what the check asks. */
export const contentOf = (job: V1Job): string => job.metadata?.annotations?.[CONTENT.configuration] ?? '';
