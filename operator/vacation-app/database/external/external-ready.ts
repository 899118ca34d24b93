import type { CompleteApp } from '../../../api/defaults.ts';
import { messageOf, REASON } from '../../../api/reasons.ts';
import { CONDITION } from '../../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../../api/conditions.ts';
import type { Observed } from '../../observe.ts';
import type { Failure } from '../../status/failure.ts';
import { notMade } from '../../status/not-made.ts';
import { isCheck, type DatabaseCheck } from '../../tasks/check/checks.ts';
import { finishedAt } from '../../tasks/jobs.ts';
import { jobTrouble } from '../../tasks/job-trouble.ts';
import { endpointOf, externalSettings } from './external-settings.ts';

/** `DatabaseReady` of an app whose database somebody else runs. */
export function externalReady(
  app: CompleteApp,
  observed: Observed,
  check: DatabaseCheck | undefined,
  failure?: Failure,
): Finding {
  const not = (reason: string, message: string): Finding => findingOf(CONDITION.databaseReady, false, reason, message);
  const external = externalSettings(app);
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
    const { host, name, credentialsSecretName: secret, tls } = external;
    const reason = reasonOf(check.report.problem);
    const parts = { endpoint, host, name, secret, isTlsOff: tls.mode === 'Disabled', job: check.job };
    return not(reason, messageOf(reason, parts));
  }
  const checks = observed.jobs.filter(isCheck);
  if (checks.length === 0) {
    const object = `The Job that looks whether ${endpoint} can be used`;
    return notMade(CONDITION.databaseReady, REASON.databaseChecking, object, failure);
  }
  const trouble = checks
    .filter((job) => finishedAt(job) === undefined)
    .flatMap((job) => jobTrouble(observed, job) ?? []);
  if (trouble[0]) return not(trouble[0].reason, trouble[0].message);
  const parts = { app: app.metadata.name, endpoint };
  return not(REASON.databaseChecking, messageOf(REASON.databaseChecking, parts));
}

/** The reason of each problem that the check knows by a word. */
const PROBLEMS = {
  HostNotFound: REASON.hostNotFound,
  DnsUnavailable: REASON.dnsUnavailable,
  Unreachable: REASON.databaseUnreachable,
  AccessDenied: REASON.accessDenied,
  DatabaseMissing: REASON.databaseMissing,
  TlsFailed: REASON.tlsFailed,
  NoConnectionsLeft: REASON.noConnectionsLeft,
  NotWritable: REASON.databaseNotWritable,
  Unsupported: REASON.databaseUnsupported,
} as const;

const reasonOf = (problem: unknown): (typeof PROBLEMS)[keyof typeof PROBLEMS] | typeof REASON.databaseCheckFailed =>
  typeof problem === 'string' && Object.hasOwn(PROBLEMS, problem)
    ? PROBLEMS[problem as keyof typeof PROBLEMS]
    : REASON.databaseCheckFailed;
