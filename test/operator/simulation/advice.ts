import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import type { Condition } from '../../../operator/api/conditions.ts';
import { pathOf, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { endPod, handOver, loseClaim, putBack } from './accidents.ts';
import { KINDS } from './kinds.ts';
import { CLAIM, CREDENTIALS, DATABASE_POD, NAMESPACE, type Act } from './person.ts';
import { isOurs, type Volumes } from './volumes.ts';

type Look = (plural: string, name: string) => KubeObject | undefined;

/** What people do who read the status, each a way out of its own; nothing where it has been done or the status says nothing of it. */
export function waysOut(app: KubeObject & Pick<VacationApp, 'status'>, volumes: Volumes, look: Look): Act[] {
  const told = app.status?.conditions ?? [];
  return told.flatMap((condition) => waysOutOf(condition, volumes, look));
}

function waysOutOf({ reason, message }: Condition, volumes: Volumes, look: Look): Act[] {
  const { claim, secret } = volumes;
  const isGoing = claim?.metadata.deletionTimestamp !== undefined;
  switch (reason) {
    case 'CredentialsLost':
      return claim && !secret && !isGoing ? [loseClaim(claim), ...putBack(volumes)] : [];
    case 'VolumeDeleting':
      return isGoing && look('pods', DATABASE_POD) ? [endPod()] : [];
    case 'NotOwned':
      return message.includes(CLAIM) ? ofForeignClaim(volumes) : ofForeignChild(message, look);
    default:
      return [];
  }
}

function ofForeignClaim(volumes: Volumes): Act[] {
  const { claim } = volumes;
  if (!claim || isOurs(claim) || claim.metadata.deletionTimestamp !== undefined) return [];
  return [handOver(volumes), loseClaim(claim)];
}

/** It says which one is to be deleted or renamed, but for what may hold passwords. */
function ofForeignChild(message: string, look: Look): Act[] {
  const [, kindName, name = ''] = /^(\w+) (?:\S+\/)?(\S+) exists/.exec(message) ?? [];
  const kind = KINDS.find((candidate) => candidate.kind === kindName);
  if (!kind || name === CREDENTIALS || !look(kind.plural, name)) return [];
  const path = pathOf(kind, NAMESPACE, name);
  return [{ name: `delete ${kind.kind} ${name}, which is in the way`, requests: [{ method: 'DELETE', path }] }];
}
