import { passesByItself } from './errors.ts';

/**
 * Questions of one kind that come in the same turn of the event loop are asked together, at most so many at once: nobody waits for
 * others to ask. `askAll` resolves to the answer to each. Where it fails for what was asked, each is asked alone, so that nobody's
 * question fails for another's.
 */
export function askedTogether<A>(askAll: AskAll<A>, most: number): (question: string) => Promise<A> {
  let waiting: Asked<A>[] = [];
  const askWaiting = () => {
    const all = waiting;
    waiting = [];
    for (let at = 0; at < all.length; at += most) void ask(askAll, all.slice(at, at + most));
  };
  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ question, resolve, reject }) === 1) setImmediate(askWaiting);
    });
}

export type AskAll<A> = (questions: readonly string[]) => Promise<(question: string) => A>;

interface Asked<A> {
  readonly question: string;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

async function ask<A>(askAll: AskAll<A>, group: readonly Asked<A>[]): Promise<void> {
  try {
    const answerTo = await askAll(group.map(({ question }) => question));
    for (const { question, resolve } of group) resolve(answerTo(question));
  } catch (error) {
    const isOfOne = group.length > 1 && !passesByItself(error);
    for (const one of group) {
      if (isOfOne) void ask(askAll, [one]);
      else one.reject(error);
    }
  }
}
