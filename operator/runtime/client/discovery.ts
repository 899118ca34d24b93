import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { isDenied, isNotFound } from './api-error.ts';

export interface DiscoveryOptions {
  readonly signal: AbortSignal;
  readonly onError?: (error: unknown) => void;
  readonly retryMs?: number;
}

/**
 * Returns those of the API groups that the cluster serves. It retries until the API server answers for each group. A refusal is an answer too:
 * the group then counts as not served. If the signal aborts before that, ignore the result.
 */
export async function servedGroups(
  client: ApiClient,
  groups: readonly string[],
  options: DiscoveryOptions,
): Promise<ReadonlySet<string>> {
  const served = await Promise.all(groups.map((group) => isServed(client, group, options)));
  return new Set(groups.filter((_group, index) => served[index] === true));
}

async function isServed(client: ApiClient, group: string, options: DiscoveryOptions): Promise<boolean | undefined> {
  const { signal, retryMs = 1_000 } = options;
  for (;;) {
    const answer = await answerOf(client, group, options);
    if (answer !== undefined || signal.aborted) return answer;
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function answerOf(
  client: ApiClient,
  group: string,
  { signal, onError }: DiscoveryOptions,
): Promise<boolean | undefined> {
  try {
    await client.request({ method: 'GET', path: `/apis/${group}`, signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    if (!signal.aborted) onError?.(error);
    return isDenied(error) ? false : undefined;
  }
}
