import type { CompleteApp, CompleteExternalDatabase } from '../../../api/defaults.ts';
import { REASON } from '../../../api/reasons.ts';
import { CONDITION } from '../../../api/vacation-app.ts';
import { findingOf, type Finding } from '../../../api/conditions.ts';
import type { Observed } from '../../observe.ts';
import { podTrouble } from '../../status/pod-trouble.ts';
import { isCheck, type DatabaseCheck } from '../../tasks/check/checks.ts';
import { podsOfJob } from '../../tasks/jobs.ts';
import { endpointOf, externalSettings } from './external-settings.ts';

/** `DatabaseReady` of an app whose database somebody else runs. */
export function externalReady(app: CompleteApp, observed: Observed, check: DatabaseCheck | undefined): Finding {
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
    const [reason, message] = problemOf(external, check);
    return not(reason, `${message}. Looked at every minute`);
  }
  const trouble = observed.jobs
    .filter(isCheck)
    .flatMap(({ metadata }) => podTrouble(podsOfJob(observed, metadata?.name)) ?? []);
  if (trouble[0]) return not(trouble[0].reason, trouble[0].message);
  return not(REASON.databaseChecking, `A Job of ${app.metadata.name} looks whether ${endpoint} can be used`);
}

/** What to do about each problem that the check knows by a word. */
function problemOf(
  external: CompleteExternalDatabase,
  { report, job }: DatabaseCheck,
): [reason: string, message: string] {
  const { host, name, credentialsSecretName, tls } = external;
  const endpoint = endpointOf(external);
  const at = 'spec.database.external';
  switch (report.problem) {
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
