import type { CompleteApp } from '../../../api/defaults.ts';
import { messageOf, REASON } from '../../../api/reasons.ts';
import type { Cluster } from '../../../runtime/apply/cluster.ts';
import { WaitingError } from '../../../runtime/queue/errors.ts';
import { applyChild } from '../../children/apply-child.ts';
import { desiredChild } from '../../children/child.ts';
import type { Facts } from '../../facts.ts';
import { STATEFUL_SET } from '../../kinds.ts';
import { volumeClaimName } from '../../names.ts';
import type { DataObjects } from '../database-kind.ts';
import { mysqlStatefulSet } from './mysql-stateful-set.ts';
import { deletionOf } from './volume.ts';

/** Whether somebody gives up a database whose passwords are lost, by deleting its claim as the condition advises. */
export const isGivenUp = (app: CompleteApp, { volumeClaim, secret }: DataObjects): boolean =>
  app.spec.credentials?.secretName === undefined &&
  secret === undefined &&
  volumeClaim?.metadata?.deletionTimestamp !== undefined;

/**
 * Stops MySQL, whose pod keeps the claim from being deleted. The StatefulSet's controller would also make the next claim at once, and
 * nobody could tell that it is empty.
 *
 * @throws WaitingError, until the claim is gone.
 */
export async function stopForNewVolume(
  app: CompleteApp,
  { volumeClaim = {} }: DataObjects,
  facts: Facts,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<never> {
  const hibernated: CompleteApp = { ...app, spec: { ...app.spec, mode: 'Hibernated' } };
  // Its web pods cannot keep it running: they have no password for the next database.
  const child = { step: 'base', kind: STATEFUL_SET, build: mysqlStatefulSet } as const;
  const stopped = desiredChild(child, hibernated, { ...facts, isDatabaseUsed: false });
  if (stopped) await applyChild(app, stopped, cluster, signal);
  const message = messageOf(REASON.startingOver, { ...deletionOf(volumeClaim), claim: volumeClaimName(app) });
  throw new WaitingError(REASON.startingOver, message, { retryAfterMs: 2_000 });
}
