import { randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { User } from './viewer.ts';

interface Session {
  readonly token: string;
  readonly expires: number;
  /** The user of the latest review, and when that was. */
  readonly user: User;
  readonly reviewed: number;
}

/** How long a session lasts. */
export const SESSION_MS = 60 * 60_000;
/**
 * The token of a session that is in use is reviewed again after this long, so that a revoked token ends it. Shorter than the time between two
 * checks of a stream, so that each of them reviews.
 */
const REVIEW_AFTER_MS = 10_000;
const MOST_SESSIONS = 1_000;

/** Returns the user of a token, or undefined for a token that is not valid. Throws if the API server does not answer. */
export type ReviewToken = (token: string) => Promise<User | undefined>;

/**
 * The sessions of this process. They hold the tokens in memory only, so they end with the process, and no other replica knows them. The id is
 * all that a browser gets.
 */
export class Sessions {
  readonly #review: ReviewToken;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #sessions = new Map<string, Session>();
  /** Reviews in progress, so that the requests of one page cause one review. */
  readonly #reviews = new Map<string, Promise<User | undefined>>();

  constructor(review: ReviewToken, clock: Pick<Clock, 'now'>) {
    this.#review = review;
    this.#clock = clock;
  }

  /** Starts a session. Returns its id, or undefined if the token is not valid. */
  async start(token: string): Promise<string | undefined> {
    const user = await this.#review(token);
    if (!user) return undefined;
    this.#makeRoom();
    const id = randomBytes(32).toString('base64url');
    const now = this.#clock.now();
    this.#sessions.set(id, { token, user, reviewed: now, expires: now + SESSION_MS });
    return id;
  }

  /** The user of a session. Undefined once it has ended, because of its age, a sign-out, or a token that is no longer valid. */
  async userOf(id: string): Promise<User | undefined> {
    const session = this.#sessions.get(id);
    if (!session) return undefined;
    const now = this.#clock.now();
    if (now >= session.expires) {
      this.#sessions.delete(id);
      return undefined;
    }
    if (now - session.reviewed < REVIEW_AFTER_MS) return session.user;
    const review = this.#reviews.get(id) ?? this.#reviewed(id, session).finally(() => this.#reviews.delete(id));
    this.#reviews.set(id, review);
    return review;
  }

  end(id: string): void {
    this.#sessions.delete(id);
  }

  async #reviewed(id: string, session: Session): Promise<User | undefined> {
    const user = await this.#review(session.token);
    if (!this.#sessions.has(id)) return undefined;
    if (user) this.#sessions.set(id, { ...session, user, reviewed: this.#clock.now() });
    else this.#sessions.delete(id);
    return user;
  }

  /** Removes sessions that have ended, and the oldest one if there are too many. */
  #makeRoom(): void {
    const now = this.#clock.now();
    for (const [id, { expires }] of this.#sessions) if (now >= expires) this.#sessions.delete(id);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }
}
