import { REASON, VACATION_APP, type VacationApp } from '../api/vacation-app.ts';
import { TerminalError, WaitingError } from '../runtime/errors.ts';
import { describe, type Kind, type KubeObject } from '../runtime/kinds.ts';
import { FIELD_MANAGER, LABEL } from './names.ts';

/** The child with its owner stamped on it, so that it goes when the app goes. */
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

/**
 * Passes when the live object is the app's to write.
 *
 * 1. Owned by this app, by uid: yes.
 * 2. Owned by an app of the same name that is gone: the garbage collector is about to take it; wait.
 * 3. Without a controller, but made by us for this app, and of a kind that is kept (`isRetained`): yes, it waited for the app to come back.
 * 4. Anything else is somebody else's.
 */
export function assertOwned(kind: Kind, live: KubeObject, app: VacationApp, isRetained: boolean): void {
  const controller = live.metadata.ownerReferences?.find((reference) => reference.controller);
  if (controller?.uid === app.metadata.uid) return;
  if (controller?.kind === VACATION_APP.kind && controller.name === app.metadata.name) {
    throw new WaitingError(
      REASON.ownerTerminating,
      `${describe(kind, live)} still belongs to the app of this name that was deleted; its garbage collection is awaited`,
      { retryAfterMs: 2_000 },
    );
  }
  const labels = live.metadata.labels ?? {};
  const ours = labels[LABEL.managedBy] === FIELD_MANAGER && labels[LABEL.app] === app.metadata.name;
  if (isRetained && controller === undefined && ours) return;
  // Never the advice to delete what may hold the passwords of a database.
  const remedy =
    isRetained && controller === undefined
      ? `if it is this app's, label it ${LABEL.app}=${app.metadata.name} and ${LABEL.managedBy}=${FIELD_MANAGER}; else give this app another name`
      : 'delete or rename it, or give this app another name';
  const owner = controller ? `${controller.kind} ${controller.name}` : 'nobody that this operator knows';
  throw new TerminalError(REASON.notOwned, `${describe(kind, live)} exists and belongs to ${owner}: ${remedy}`);
}
