import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import type { Kind } from '../../../operator/runtime/client/kinds.ts';
import { POD, SECRET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/children/children.ts';

export const EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events' };

/** Everything that is in the simulated cluster. */
export const KINDS: readonly Kind[] = [VACATION_APP, SECRET, ...CHILD_KINDS, VOLUME_CLAIM, POD, EVENT];
