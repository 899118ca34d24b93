import type { V1PersistentVolumeClaim, V1Secret } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { isConflict } from '../../runtime/client/api-error.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { WaitingError } from '../../runtime/queue/errors.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { applyDataHolder, applyObject } from '../children/apply-child.ts';
import { credentialsOf, credentialsSecret } from './credentials.ts';
import { databaseKindOf } from '../database/database.ts';
import type { DataObjects } from '../database/database-kind.ts';
import { SECRET } from '../kinds.ts';
import { credentialsName, FIELD_MANAGER } from '../names.ts';
import type { Observed } from '../observe.ts';
import { userSecretFault, type UserSecrets } from './user-secrets.ts';
import { assertOwned, isOwnedBy, owned } from '../children/ownership.ts';

/** A user's Secret that is not labelled is only seen by looking. */
const USER_SECRET_RETRY_MS = 10_000;

/** The Secret with generated credentials, also where the cache does not know it while there is a volume whose passwords it holds. */
export async function readCredentials(
  app: CompleteApp,
  observed: Pick<Observed, 'secret'>,
  volumeClaim: V1PersistentVolumeClaim | undefined,
  cluster: Cluster,
): Promise<V1Secret | undefined> {
  const mayBeUnknown = volumeClaim !== undefined && app.spec.credentials?.secretName === undefined;
  if (observed.secret ?? !mayBeUnknown) return observed.secret;
  return cluster.read(SECRET, app.metadata.namespace ?? '', credentialsName(app));
}

/** Sees that there are credentials: the user's own, which must be complete and are otherwise waited for, or generated ones. */
export async function applyCredentials(
  app: CompleteApp,
  { volumeClaim, secret }: DataObjects,
  userSecrets: UserSecrets,
  cluster: Cluster,
  random: (bytes: number) => string,
  signal: AbortSignal,
): Promise<void> {
  const fault = userSecretFault(app, userSecrets);
  if (fault) throw new WaitingError(fault.reason, fault.message, { retryAfterMs: USER_SECRET_RETRY_MS });
  if (app.spec.credentials?.secretName !== undefined) return;
  const { namespace = '' } = app.metadata;
  const desiredFor = (existing: V1Secret | undefined): KubeObject => {
    const credentials = credentialsOf(app, existing, volumeClaim !== undefined, random);
    const desired = credentialsSecret(app, credentials) as KubeObject;
    // What somebody changes in it meanwhile is never put back: the apply is then a conflict.
    if (existing?.metadata?.resourceVersion !== undefined) {
      desired.metadata.resourceVersion = existing.metadata.resourceVersion;
    }
    return goesWithApp(app, volumeClaim) ? owned(desired, app) : desired;
  };
  let existing = secret as KubeObject | undefined;
  if (existing === undefined) {
    try {
      await cluster.create(SECRET, desiredFor(undefined), { manager: FIELD_MANAGER, owner: app, signal });
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
      existing = await cluster.read(SECRET, namespace, credentialsName(app));
    }
  }
  if (existing === undefined) return applyObject(app, SECRET, desiredFor(undefined), cluster, signal);
  assertOwned(SECRET, existing, app);
  await applyDataHolder(app, SECRET, existing, desiredFor(existing), cluster, signal);
}

/** Under Delete the credentials go with the app, but never before its volume does, where it has one: that would be left with passwords that nobody knows. */
const goesWithApp = (app: CompleteApp, volumeClaim: V1PersistentVolumeClaim | undefined): boolean =>
  app.spec.deletionPolicy === 'Delete' &&
  (databaseKindOf(app).volume === undefined ||
    (volumeClaim !== undefined && isOwnedBy(volumeClaim as KubeObject, app)));
