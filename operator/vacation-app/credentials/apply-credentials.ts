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
import { readErrorOf, userSecretFault, type UserSecrets } from './user-secrets.ts';
import { assertOwned, isOwnedBy, owned } from '../children/ownership.ts';

/** A user's Secret without the watch label causes no events, so it is read again. */
const USER_SECRET_RETRY_MS = 10_000;

/** The Secret with generated credentials. If it is not in the cache although a volume needs its passwords, it is read from the API server. */
export async function readCredentials(
  app: CompleteApp,
  observed: Pick<Observed, 'secret'>,
  volumeClaim: V1PersistentVolumeClaim | undefined,
  cluster: Cluster,
): Promise<V1Secret | undefined> {
  const mayBeUncached = volumeClaim !== undefined && app.spec.credentials?.secretName === undefined;
  if (observed.secret ?? !mayBeUncached) return observed.secret;
  return cluster.read(SECRET, app.metadata.namespace ?? '', credentialsName(app));
}

/**
 * Checks the user's Secrets, and generates and applies credentials unless the user provides them.
 *
 * @throws WaitingError when a user's Secret is missing or incomplete.
 */
export async function applyCredentials(
  app: CompleteApp,
  { volumeClaim, secret }: DataObjects,
  userSecrets: UserSecrets,
  cluster: Cluster,
  random: (bytes: number) => string,
  signal: AbortSignal,
): Promise<void> {
  const unread = readErrorOf(userSecrets);
  if (unread) throw unread;
  const fault = userSecretFault(app, userSecrets);
  if (fault) throw new WaitingError(fault.reason, fault.message, { retryAfterMs: USER_SECRET_RETRY_MS });
  if (app.spec.credentials?.secretName !== undefined) return;
  const { namespace = '' } = app.metadata;
  const desiredFor = (existing: V1Secret | undefined): KubeObject => {
    const credentials = credentialsOf(app, existing, volumeClaim !== undefined, random);
    const desired = credentialsSecret(app, credentials) as KubeObject;
    // The resource version is a precondition, so that the apply never reverts a concurrent change of the Secret.
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

/** Under Delete the app owns the credentials, but only after it owns its volume. Otherwise the volume could remain without its passwords. */
const goesWithApp = (app: CompleteApp, volumeClaim: V1PersistentVolumeClaim | undefined): boolean =>
  app.spec.deletionPolicy === 'Delete' &&
  (databaseKindOf(app).volume === undefined ||
    (volumeClaim !== undefined && isOwnedBy(volumeClaim as KubeObject, app)));
