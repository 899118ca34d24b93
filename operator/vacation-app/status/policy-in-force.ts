import type { CompleteApp } from '../../api/defaults.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { isOwnedBy } from '../children/ownership.ts';
import { databaseKindOf } from '../database/database.ts';
import type { Observed } from '../observe.ts';

/**
 * The policy that would hold if the app were deleted now: Delete while any of what holds its data belongs to it. Undefined while there is
 * none, or while it is not known.
 */
export function policyInForce(
  app: CompleteApp,
  { volumeClaim, secret }: Pick<Observed, 'volumeClaim' | 'secret'>,
): 'Delete' | 'Retain' | undefined {
  if (databaseKindOf(app).volume && !volumeClaim) return undefined;
  const isGenerated = app.spec.credentials?.secretName === undefined;
  const holders = [volumeClaim, isGenerated ? secret : undefined].filter((object) => object !== undefined);
  if (holders.length === 0) return undefined;
  return holders.some((object) => isOwnedBy(object as KubeObject, app)) ? 'Delete' : 'Retain';
}
