import { hash } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { Question, Reviews } from './reviews.ts';
import type { User, Viewer } from './viewer.ts';

/** How long an answer of the API server is used again. */
export const ANSWER_MS = 20_000;
const MOST_ANSWERS = 10_000;
/** How many namespaces are asked for at the same time. */
const AT_ONCE = 20;

/** What can be a namespace, and what the name of an app. Other names are not asked for. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The namespaces whose apps somebody may list. */
export interface VisibleNamespaces {
  readonly isAll: boolean;
  has(namespace: string): boolean;
}

interface Answer {
  readonly at: number;
  readonly isAllowed: Promise<boolean>;
}

/** What viewers may see, by SubjectAccessReviews. Answers are remembered for 20 seconds. A review that fails makes the request fail. */
export class Rights {
  readonly #reviews: Pick<Reviews, 'mayUser'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #answers = new Map<string, Answer>();

  constructor(reviews: Pick<Reviews, 'mayUser'>, clock: Pick<Clock, 'now'>) {
    this.#reviews = reviews;
    this.#clock = clock;
  }

  /** How many answers are remembered. */
  get size(): number {
    return this.#answers.size;
  }

  /** Asks for all namespaces first, and only if that is refused for each of `namespaces`. */
  async visible(viewer: Viewer, namespaces: Iterable<string>): Promise<VisibleNamespaces> {
    if (viewer.kind === 'loopback' || (await this.#may(viewer.user, { verb: 'list', namespace: '' })))
      return EVERYTHING;
    const asked = [...new Set(namespaces)];
    const allowed = new Set<string>();
    for (let first = 0; first < asked.length; first += AT_ONCE) {
      const some = asked.slice(first, first + AT_ONCE);
      const answers = await Promise.all(some.map((namespace) => this.#may(viewer.user, { verb: 'list', namespace })));
      for (const [index, namespace] of some.entries()) if (answers[index] === true) allowed.add(namespace);
    }
    return { isAll: false, has: (namespace) => allowed.has(namespace) };
  }

  /** Whether the viewer may get the app of that name, which need not exist. */
  async mayGet(viewer: Viewer, namespace: string, name: string): Promise<boolean> {
    if (viewer.kind === 'loopback') return true;
    return NAMESPACE.test(namespace) && NAME.test(name) && this.#may(viewer.user, { verb: 'get', namespace, name });
  }

  #may(user: User, question: Question): Promise<boolean> {
    const { verb, namespace, name = '' } = question;
    // A hash, because a user may have very many groups.
    const key = `${verb} ${namespace}/${name} ${hash('sha256', JSON.stringify(user))}`;
    const now = this.#clock.now();
    const known = this.#answers.get(key);
    if (known && now - known.at < ANSWER_MS) return known.isAllowed;
    const isAllowed = this.#reviews.mayUser(user, question);
    isAllowed.catch(() => this.#answers.delete(key));
    this.#answers.delete(key);
    this.#dropExpired(now);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size >= MOST_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
    this.#answers.set(key, { at: now, isAllowed });
    return isAllowed;
  }

  /** The oldest answers come first. */
  #dropExpired(now: number): void {
    for (const [key, { at }] of this.#answers) {
      if (now - at < ANSWER_MS) return;
      this.#answers.delete(key);
    }
  }
}

const EVERYTHING: VisibleNamespaces = { isAll: true, has: () => true };
