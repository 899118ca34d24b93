import { messageOf, REASON } from '../../api/reasons.ts';
import { VACATION_APP, type VacationApp } from '../../api/vacation-app.ts';
import { TerminalError, WaitingError } from '../../runtime/queue/errors.ts';
import { describe, type Kind, type KubeObject } from '../../runtime/client/kinds.ts';
import { SECRET, VOLUME_CLAIM } from '../kinds.ts';
import { credentialsSecretName, FIELD_MANAGER, LABEL } from '../names.ts';

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
 * 3. Without a controller, but with our labels: yes. It was kept, or left as an orphan, until the app came back.
 * 4. Anything else is somebody else's.
 */
export function assertOwned(kind: Kind, live: KubeObject, app: VacationApp): void {
  const controller = live.metadata.ownerReferences?.find((reference) => reference.controller);
  if (controller?.uid === app.metadata.uid) return;
  if (controller?.kind === VACATION_APP.kind && controller.name === app.metadata.name) {
    const message = messageOf(REASON.ownerTerminating, { object: describe(kind, live) });
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

/** How somebody hands over what has no controller; never the advice to delete what may hold data or the passwords to it. */
function remedyOf(kind: Kind, app: VacationApp): string {
  const { name } = app.metadata;
  const labelled = `label it ${LABEL.app}=${name} and ${LABEL.managedBy}=${FIELD_MANAGER}`;
  if (kind === VOLUME_CLAIM) {
    return `to hand its data over to this app, first restore the Secret ${credentialsSecretName(app)} that holds their passwords, then ${labelled}; else give this app another name`;
  }
  if (kind === SECRET) return `if it is this app's, ${labelled}; else give this app another name`;
  return 'delete it, or give this app another name';
}
