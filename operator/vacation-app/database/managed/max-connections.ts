import type { CompleteApp } from '../../../api/defaults.ts';

/** The web app's own default for DB_POOL_SIZE. */
const POOL_SIZE = 5;
/** Beside the pools each pod probes on a connection of its own. */
const PROBES = 1;
/** During a rollout one pod more than wanted runs, while another ends. */
const ROLLING_PODS = 2;
/** For migrations, and for people. */
const OTHERS = 20;

/**
 * How many connections MySQL takes: enough for the pools of as many web pods as there may be. Never below 200, and in steps of a hundred,
 * so that few changes of the number of pods restart the server.
 */
export const maxConnections = (app: CompleteApp): number =>
  Math.max(200, Math.ceil(neededConnections(app) / 100) * 100);

/**
 * How many it must take at least. The CRD holds `configuration.max_connections` against the same formula; of `DB_POOL_SIZE` it reads only plain
 * numbers below 1000, and takes others for the default.
 */
export function neededConnections(app: CompleteApp): number {
  const pods = app.spec.replicas ?? app.spec.autoscaling.maxReplicas;
  return (pods + ROLLING_PODS) * (poolSize(app) + PROBES) + OTHERS;
}

function poolSize({ spec }: CompleteApp): number {
  const given = Number(spec.env?.find(({ name }) => name === 'DB_POOL_SIZE')?.value);
  return Number.isInteger(given) && given > 0 ? given : POOL_SIZE;
}
