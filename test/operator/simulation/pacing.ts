import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';

/** Somebody may lay hands on an object a few times, and answers get lost. */
const SPARE = 12;
const AT_ONCE = 5;
const CALM_S = 600;
const LONGEST_PAUSE_S = 300;

/** How often the operator writes the same to an object in one life: at once a few times, then with growing pauses. */
export class Pacing {
  readonly #written = new Map<string, { readonly since: number; count: number }>();

  /** What is wrong with a write that is taken at this time, in milliseconds. */
  foul(request: ApiRequest, now: number): string | undefined {
    if (request.method !== 'PATCH') return undefined;
    const key = JSON.stringify([request.path, request.query, unversioned(request.body as KubeObject)]);
    const written = this.#written.get(key) ?? { since: now, count: 0 };
    written.count += 1;
    this.#written.set(key, written);
    const seconds = (now - written.since) / 1_000;
    return written.count > most(seconds)
      ? `writes the same for the ${written.count}th time in ${Math.round(seconds)} s`
      : undefined;
  }
}

/** Which version is meant makes no difference to what is written. */
const unversioned = ({ metadata: { uid, resourceVersion, ...metadata }, ...rest }: KubeObject): object => ({
  ...rest,
  metadata,
});

function most(seconds: number): number {
  let pauses = 0;
  for (let left = seconds, pause = 1; left >= pause; pause = Math.min(2 * pause, LONGEST_PAUSE_S)) {
    left -= pause;
    pauses += 1;
  }
  return SPARE + AT_ONCE * (1 + Math.floor(seconds / CALM_S)) + pauses;
}
