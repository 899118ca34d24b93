import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { findingOf, type Finding } from '../../../api/conditions.ts';
import type { CompleteApp } from '../../../api/defaults.ts';
import { isMore } from '../../../api/quantity.ts';
import { messageOf, REASON } from '../../../api/reasons.ts';
import { CONDITION } from '../../../api/vacation-app.ts';
import { ApiError } from '../../../runtime/client/api-error.ts';
import { TerminalError } from '../../../runtime/queue/errors.ts';
import type { KubeObject } from '../../../runtime/client/kinds.ts';
import { appliedFields, owns } from '../../../runtime/apply/owned-fields.ts';
import { VOLUME_CLAIM } from '../../kinds.ts';
import { FIELD_MANAGER, labels } from '../../names.ts';
import { inheritedOf, inheriting, isEmpty } from '../../children/inherited-metadata.ts';
import { owned } from '../../children/ownership.ts';
import { managedSettings } from './managed-settings.ts';
import type { VolumeRecord } from './volume-record.ts';

const REQUEST = ['spec', 'resources', 'requests', 'storage'];

/**
 * The operator's part of the volume, which the StatefulSet's controller makes; undefined when there is none and never was one.
 *
 * 1. Under Delete the volume goes with the app, and with nothing else: not with a StatefulSet that somebody deletes.
 * 2. It remembers what its data are made with (`record`), for whoever uses them next.
 * 3. It stays as large as it once was asked to be. `grownTo` makes it larger.
 * 4. It has the metadata that everything inherits, which the StatefulSet's template cannot take: that never changes.
 */
export function partOfVolume(
  app: CompleteApp,
  live: V1PersistentVolumeClaim,
  record: VolumeRecord,
  size = sizeByUs(live),
): KubeObject | undefined {
  const { name = '', namespace = '' } = live.metadata ?? {};
  const isDelete = app.spec.deletionPolicy === 'Delete';
  const isRecordEmpty = Object.keys(record).length === 0;
  const wasApplied = appliedFields(live as KubeObject, FIELD_MANAGER) !== undefined;
  const inherited = inheritedOf(app);
  if (!isDelete && size === undefined && isRecordEmpty && isEmpty(inherited) && !wasApplied) return undefined;
  const part = {
    apiVersion: VOLUME_CLAIM.apiVersion,
    kind: VOLUME_CLAIM.kind,
    metadata: inheriting(
      { name, namespace, labels: labels(app, 'mysql'), ...(isRecordEmpty ? {} : { annotations: record }) },
      inherited,
    ),
    ...(size === undefined ? {} : { spec: { resources: { requests: { storage: size } } } }),
  };
  return isDelete ? owned(part, app) : part;
}

/** The size that the volume is to grow to, once it is bound: before that nothing of it can change. It never shrinks. */
export function grownTo(app: CompleteApp, live: V1PersistentVolumeClaim): string | undefined {
  const { size } = managedSettings(app).storage;
  const requested = requestOf(live) ?? size;
  return live.status?.phase === 'Bound' && isMore(size, requested) ? size : undefined;
}

/** The size that the operator has asked for before. */
const sizeByUs = (live: V1PersistentVolumeClaim): string | undefined =>
  owns(live as KubeObject, FIELD_MANAGER, REQUEST) ? requestOf(live) : undefined;

const requestOf = ({ spec }: V1PersistentVolumeClaim): string | undefined => spec?.resources?.requests?.storage;

/** The API server's refusal to let a volume grow, with the ways out of it; any other error as it is. */
export function growthError(error: unknown, app: CompleteApp, live: V1PersistentVolumeClaim): unknown {
  if (!(error instanceof ApiError) || !error.message.includes('must support resize')) return error;
  const { storageClassName = 'of no name', resources } = live.spec ?? {};
  const message = messageOf(REASON.volumeNotExpandable, {
    claim: live.metadata?.name ?? '',
    from: resources?.requests?.storage ?? '',
    to: managedSettings(app).storage.size,
    class: storageClassName,
  });
  return new TerminalError(REASON.volumeNotExpandable, message, { cause: error });
}

/** The message about a volume that is not yet as large as it was asked to be; empty when there is nothing. */
export function growthOf(claim: V1PersistentVolumeClaim | undefined): string {
  const requested = claim?.spec?.resources?.requests?.storage;
  const capacity = claim?.status?.capacity?.storage;
  if (requested === undefined || capacity === undefined || !isMore(requested, capacity)) return '';
  const reason = claim?.status?.conditions?.find(({ status, message }) => status === 'True' && message)?.message;
  return `; its volume is growing from ${capacity} to ${requested}${reason === undefined ? '' : `: ${reason}`}`;
}

/** What a claim that somebody deletes is, for `messageOf`. */
export const deletionOf = ({
  metadata,
  spec,
}: V1PersistentVolumeClaim): { claim: string; volume: string | undefined } => ({
  claim: metadata?.name ?? '',
  volume: spec?.volumeName,
});

/** `DatabaseReady` while the volume is not there yet. */
export function pendingOf(app: CompleteApp, { metadata, spec }: V1PersistentVolumeClaim): Finding {
  const not = (reason: string, message: string): Finding => findingOf(CONDITION.databaseReady, false, reason, message);
  const claim = metadata?.name ?? '';
  const { volumeName: volume, storageClassName: named } = spec ?? {};
  const wanted = managedSettings(app).storage.storageClassName;
  if (volume === undefined && wanted !== undefined && named !== wanted) {
    const parts = { claim, class: named, wanted };
    return not(REASON.volumeOfOtherClass, messageOf(REASON.volumeOfOtherClass, parts));
  }
  const of = volume === undefined ? { class: named } : { volume };
  return not(REASON.volumePending, messageOf(REASON.volumePending, { claim, of }));
}
