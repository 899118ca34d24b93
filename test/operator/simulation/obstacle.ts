import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { Kind } from '../../../operator/runtime/client/kinds.ts';
import {
  CONFIG_MAP,
  DEPLOYMENT,
  SECRET,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
  VOLUME_CLAIM,
} from '../../../operator/vacation-app/kinds.ts';
import { LABEL } from '../../../operator/vacation-app/names.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/children/children.ts';
import type { Random } from './random.ts';

/** Something that refuses every write of one kind, or makes something else of it. */
export type Obstacle = Refusal | Rewriting;

interface Refusal {
  readonly plural: string;
  readonly error: ApiError;
}

/** A mutating webhook: what is written has another value in the same request, and is still the writer's. */
interface Rewriting {
  readonly plural: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Of fields that the operator writes. */
const REWRITINGS: readonly Rewriting[] = [
  { plural: DEPLOYMENT.plural, path: ['spec', 'progressDeadlineSeconds'], value: 900 },
  { plural: STATEFUL_SET.plural, path: ['spec', 'template', 'spec', 'terminationGracePeriodSeconds'], value: 60 },
  { plural: CONFIG_MAP.plural, path: ['metadata', 'labels', LABEL.partOf], value: 'everything' },
  { plural: SERVICE_ACCOUNT.plural, path: ['automountServiceAccountToken'], value: true },
];

/** Every kind that the operator writes for an app. */
const WRITTEN: readonly Kind[] = [...CHILD_KINDS, SECRET, VOLUME_CLAIM];

export function obstacleOf(random: Random, kinds?: readonly Kind[]): Obstacle {
  return kinds === undefined && random.chance(0.3) ? random.pick(REWRITINGS) : refusalOf(random, kinds ?? WRITTEN);
}

function refusalOf(random: Random, kinds: readonly Kind[]): Refusal {
  const { plural } = random.pick(kinds);
  const error = random.pick([
    new ApiError(403, 'Forbidden', `${plural} is forbidden: ValidatingAdmissionPolicy 'all-or-nothing' denied request`),
    new ApiError(422, 'Invalid', `${plural} is invalid: spec: Forbidden: by decree`),
    new ApiError(500, 'InternalError', `Internal error occurred: failed calling webhook "${plural}.example.com"`),
  ]);
  return { plural, error };
}

/** What admission makes of a write. */
export function admitted(request: ApiRequest, { path, value }: Rewriting): ApiRequest {
  return has(request.body, path) ? { ...request, body: changed(request.body, path, value) } : request;
}

/** As far as it writes the field. */
function has(part: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  return typeof part === 'object' && part !== null && name in part && has((part as Parts)[name], rest);
}

type Parts = Readonly<Record<string, unknown>>;

function changed(part: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  return { ...(part as Parts), [name]: changed((part as Parts)[name], rest, value) };
}

/** Whether it is one of these that has refused a write of the kind. */
export const isObstruction = (error: unknown, plural = ''): boolean =>
  error instanceof ApiError && /all-or-nothing|by decree|calling webhook/.test(error.message) && error.message.includes(plural); // prettier-ignore
