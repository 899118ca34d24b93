import { messageOf, REASON } from '../../api/reasons.ts';
import { VACATION_APP, type VacationApp } from '../../api/vacation-app.ts';
import { TerminalError, WaitingError } from '../../runtime/queue/errors.ts';
import { describe, type Kind, type KubeObject } from '../../runtime/client/kinds.ts';
import { SECRET, VOLUME_CLAIM } from '../kinds.ts';
import { credentialsSecretName, FIELD_MANAGER, LABEL } from '../names.ts';

/** Sets the app as the owner of the child, so that the child is deleted with the app. */
export function owned(object: KubeObject, app: VacationApp): KubeObject {
  const owner = {
    apiVersion: VACATION_APP.apiVersion,
    kind: VACATION_APP.kind,
    name: app.metadata.name,
    uid: app.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

export const isOwnedBy = ({ metadata }: KubeObject, app: VacationApp): boolean =>
  (metadata.ownerReferences ?? []).some(({ uid }) => uid === app.metadata.uid);

/** Finalizers of Kubernetes' garbage collector. Every deletion in the foreground has one for a moment. */
const OF_COLLECTOR: ReadonlySet<string> = new Set(['foregroundDeletion', 'orphan']);

/** The finalizers of others that hold an object that is being deleted. */
export const holdersOf = ({ metadata: { deletionTimestamp, finalizers = [] } }: KubeObject): readonly string[] =>
  deletionTimestamp === undefined ? [] : finalizers.filter((finalizer) => !OF_COLLECTOR.has(finalizer));

/**
 * Throws if the app must not write the live object.
 *
 * 1. The controller is this app, by uid: passes.
 * 2. The controller is an earlier app of the same name: WaitingError, because the garbage collector is about to delete the object.
 * 3. No controller, but our labels: passes. The object was retained or orphaned when an earlier app was deleted.
 * 4. Otherwise the object belongs to somebody else: TerminalError.
 */
export function assertOwned(kind: Kind, live: KubeObject, app: VacationApp): void {
  const controller = live.metadata.ownerReferences?.find((reference) => reference.controller);
  if (controller?.uid === app.metadata.uid) return;
  if (controller?.kind === VACATION_APP.kind && controller.name === app.metadata.name) {
    const message = messageOf(REASON.ownerTerminating, { object: describe(kind, live), finalizers: holdersOf(live) });
    throw new WaitingError(REASON.ownerTerminating, message, { retryAfterMs: 2_000 });
  }
  const labels = live.metadata.labels ?? {};
  const hasOurs = labels[LABEL.managedBy] === FIELD_MANAGER && labels[LABEL.app] === app.metadata.name;
  if (controller === undefined && hasOurs) return;
  const owner = controller && `${controller.kind} ${controller.name}`;
  const remedy = controller ? 'give this app another name' : remedyOf(kind, app);
  const message = messageOf(REASON.notOwned, { object: describe(kind, live), owner, remedy });
  throw new TerminalError(REASON.notOwned, message);
}

/** How a user resolves the conflict for an object without a controller. Never advises to delete data or its passwords. */
function remedyOf(kind: Kind, app: VacationApp): string {
  const { name } = app.metadata;
  const labelled = `label it ${LABEL.app}=${name} and ${LABEL.managedBy}=${FIELD_MANAGER}`;
  if (kind === VOLUME_CLAIM) {
    return `to hand its data over to this app, first restore the Secret ${credentialsSecretName(app)} that holds their passwords, then ${labelled}; else give this app another name`;
  }
  if (kind === SECRET) return `if it is this app's, ${labelled}; else give this app another name`;
  return 'delete it, or give this app another name';
}
