import type { V1PersistentVolumeClaim, V1Secret } from '@kubernetes/client-node';
import type { CompleteApp } from '../api/defaults.ts';
import { REASON } from '../api/vacation-app.ts';
import { isConflict } from '../runtime/api-error.ts';
import type { Cluster } from '../runtime/cluster.ts';
import { WaitingError } from '../runtime/errors.ts';
import type { KubeObject } from '../runtime/kinds.ts';
import { applyKept, applyObject } from './apply-child.ts';
import { credentialsOf, credentialsSecret } from './credentials.ts';
import { SECRET, VOLUME_CLAIM } from './kinds.ts';
import { childName, credentialsName, FIELD_MANAGER, volumeClaimName } from './names.ts';
import type { Observed } from './observe.ts';
import { ownSecretFault } from './own-secrets.ts';
import { assertOwned, isOwnedBy, owned } from './ownership.ts';

/** A Secret of the user's own that is not labelled is only seen by looking. */
const OWN_SECRET_RETRY_MS = 10_000;

/**
 * Sees that there are credentials: the user's own, which must be complete and are otherwise waited for, or generated ones. The cache knows
 * those by their label only: before one counts as lost, or when its name is taken, the API server is asked. So it is for the volume, whose
 * watch may lag, before an app that is not new gets new ones.
 */
export async function applyCredentials(
  app: CompleteApp,
  { secret, volumeClaim: knownClaim, own }: Observed,
  cluster: Cluster,
  random: (bytes: number) => string,
  signal: AbortSignal,
): Promise<void> {
  const fault = ownSecretFault(app, own);
  if (fault) throw new WaitingError(fault.reason, fault.message, { retryAfterMs: OWN_SECRET_RETRY_MS });
  if (app.spec.credentials?.secretName !== undefined) return;
  const { namespace = '' } = app.metadata;
  const read = (): Promise<KubeObject | undefined> => cluster.read(SECRET, namespace, credentialsName(app));
  const volumeClaim: V1PersistentVolumeClaim | undefined =
    knownClaim ??
    (secret === undefined && mayHaveVolume(app)
      ? await cluster.read(VOLUME_CLAIM, namespace, volumeClaimName(app))
      : undefined);
  const desiredFor = (existing: V1Secret | undefined): KubeObject => {
    const credentials = credentialsOf(app, existing, volumeClaim !== undefined, random);
    const desired = credentialsSecret(app, credentials) as KubeObject;
    // What somebody changes in it meanwhile is never put back: the apply is then a conflict.
    if (existing?.metadata?.resourceVersion !== undefined) {
      desired.metadata.resourceVersion = existing.metadata.resourceVersion;
    }
    return goesWithApp(app, volumeClaim) ? owned(desired, app) : desired;
  };
  let existing = secret ?? (volumeClaim === undefined ? undefined : await read());
  if (existing === undefined && volumeClaim?.metadata?.deletionTimestamp !== undefined) {
    throw new WaitingError(
      REASON.ownerTerminating,
      `PersistentVolumeClaim ${volumeClaim.metadata.name ?? ''} is being deleted, which waits for the pod that uses it (kubectl delete pod ${childName(app, 'mysql')}-0); an empty database follows`,
      { retryAfterMs: 2_000 },
    );
  }
  if (existing === undefined) {
    try {
      await cluster.create(SECRET, desiredFor(undefined), { manager: FIELD_MANAGER, owner: app, signal });
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
      existing = await read();
    }
  }
  if (existing === undefined) return applyObject(app, SECRET, desiredFor(undefined), cluster, signal);
  const live = existing as KubeObject;
  assertOwned(SECRET, live, app, true);
  await applyKept(app, SECRET, live, desiredFor(live), cluster, signal);
}

/** By its declaration and by its age: the schema's default says of an app that nobody has looked at yet that -1 was observed. */
const mayHaveVolume = ({ spec, status }: CompleteApp): boolean =>
  spec.database.managed !== undefined && (status?.observedGeneration ?? -1) >= 0;

/** Under Delete the credentials go with the app, but never before its volume does, where it has one: that would be left with passwords that nobody knows. */
const goesWithApp = (app: CompleteApp, volumeClaim: V1PersistentVolumeClaim | undefined): boolean =>
  app.spec.deletionPolicy === 'Delete' &&
  (app.spec.database.external !== undefined ||
    (volumeClaim !== undefined && isOwnedBy(volumeClaim as KubeObject, app)));
