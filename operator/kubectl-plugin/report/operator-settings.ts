import type { V1Pod } from '@kubernetes/client-node';

/** The settings of the operator that no secret can be in. Other variables of its pods are named only. */
const SHOWN: ReadonlySet<string> = new Set([
  'WATCH_NAMESPACES',
  'WATCH_SELECTOR',
  'LEADER_ELECTION',
  'LEASE_NAME',
  'HEALTH_PORT',
  'METRICS_PORT',
  'STATUS_PAGE_PORT',
  'PROFILE_PORT',
  'WORKERS',
  'WEBAPP_IMAGE',
  'MYSQL_IMAGE',
  'POD_IDS',
  'LOG_LEVEL',
]);

/** `NAME=value` for the settings of an operator's pod, `NAME` alone for other variables. */
export const settingsOf = ({ spec }: V1Pod): string[] =>
  (spec?.containers[0]?.env ?? []).map(({ name, value }) =>
    SHOWN.has(name) && value !== undefined ? `${name}=${value}` : name,
  );
