import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import type { Kind } from '../../../operator/runtime/client/kinds.ts';
import { SECRET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/children/children.ts';
import type { Random } from './random.ts';

/** Something that refuses every write of one kind. */
export interface Obstacle {
  readonly plural: string;
  readonly error: ApiError;
}

/** Every kind that the operator writes for an app. */
const WRITTEN: readonly Kind[] = [...CHILD_KINDS, SECRET, VOLUME_CLAIM];

export function obstacleOf(random: Random, kinds = WRITTEN): Obstacle {
  const { plural } = random.pick(kinds);
  const error = random.pick([
    new ApiError(403, 'Forbidden', `${plural} is forbidden: ValidatingAdmissionPolicy 'all-or-nothing' denied request`),
    new ApiError(422, 'Invalid', `${plural} is invalid: spec: Forbidden: by decree`),
    new ApiError(500, 'InternalError', `Internal error occurred: failed calling webhook "${plural}.example.com"`),
  ]);
  return { plural, error };
}

/** Whether it is one of these that has refused a write of the kind. */
export const isObstruction = (error: unknown, plural = ''): boolean =>
  error instanceof ApiError && /all-or-nothing|by decree|calling webhook/.test(error.message) && error.message.includes(plural); // prettier-ignore
