import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { Clock } from '../../runtime/clock.ts';
import { singleFlight } from '../single-flight.ts';
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
const SWEEP_MS = 60_000;

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
  /** The requests of one page cause one review. */
  readonly #userReviewed = singleFlight((id: string) => this.#reviewAgain(id));

  constructor(review: ReviewToken, clock: Pick<Clock, 'now'>) {
    this.#review = review;
    this.#clock = clock;
  }

  /** How many sessions are in memory. */
  get size(): number {
    return this.#sessions.size;
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
    return now - session.reviewed < REVIEW_AFTER_MS ? session.user : this.#userReviewed(id);
  }

  end(id: string): void {
    this.#sessions.delete(id);
  }

  /** Removes the sessions that are too old. */
  removeExpired(): void {
    const now = this.#clock.now();
    for (const [id, { expires }] of this.#sessions) if (now >= expires) this.#sessions.delete(id);
  }

  async #reviewAgain(id: string): Promise<User | undefined> {
    const session = this.#sessions.get(id);
    const user = session && (await this.#review(session.token));
    // The session may have ended during the review.
    if (!session || !this.#sessions.has(id)) return undefined;
    if (user) this.#sessions.set(id, { ...session, user, reviewed: this.#clock.now() });
    else this.#sessions.delete(id);
    return user;
  }

  /** Removes the oldest session if there are too many. */
  #makeRoom(): void {
    this.removeExpired();
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }
}

/** Removes expired sessions, and so their tokens, each minute until the server closes. */
export function sweepSessions(sessions: Sessions, server: EventEmitter): void {
  const sweeping = setInterval(() => sessions.removeExpired(), SWEEP_MS).unref();
  server.once('close', () => clearInterval(sweeping));
}
