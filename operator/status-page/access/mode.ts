import type { Clock } from '../../runtime/clock.ts';
import type { StatusPageSettings } from '../settings.ts';
import type { Reviews } from './reviews.ts';

/** `token`: everybody signs in. `loopback`: nobody does, and only loopback is answered. */
export type Mode = 'token' | 'loopback';

const ANSWER_MS = 60_000;

/**
 * Returns the function that tells how viewers are known. `Discovered` depends on whether the operator has the rights for reviews, which is
 * asked when somebody looks, at most once a minute. Without an answer nobody gets in.
 */
export function createMode(
  { access, proxySecret }: Pick<StatusPageSettings, 'access' | 'proxySecret'>,
  reviews: Pick<Reviews, 'mayReview'>,
  clock: Pick<Clock, 'now'>,
): () => Promise<Mode> {
  let known: { readonly at: number; readonly mode: Promise<Mode> } | undefined;
  const ask = async (): Promise<Mode> => {
    try {
      return (await reviews.mayReview()) ? 'token' : 'loopback';
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
  return async () => {
    if (access === 'Loopback') return 'loopback';
    if (access === 'Token' || proxySecret !== undefined) return 'token';
    if (!known || clock.now() - known.at >= ANSWER_MS) known = { at: clock.now(), mode: ask() };
    return known.mode;
  };
}
