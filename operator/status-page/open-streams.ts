import type { Viewer } from './access/viewer.ts';
import { RefusedError } from './refused-error.ts';

const MOST = 200;
/** More than a browser opens at the same time. */
const MOST_OF_USER = 10;

/** Counts the open streams: 200 in all, and 10 of each user. */
export class OpenStreams {
  readonly #ofUser = new Map<string, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /**
   * Counts a stream of the viewer as open. Returns the function to call once when it has closed.
   *
   * @throws RefusedError if too many are open.
   */
  open(viewer: Viewer): () => void {
    if (this.#count >= MOST) throw new RefusedError(503, 'Too many streams are open.');
    const user = viewer.kind === 'user' ? viewer.user.username : undefined;
    if (user === undefined) {
      this.#count += 1;
      return () => (this.#count -= 1);
    }
    const known = this.#ofUser.get(user) ?? 0;
    if (known >= MOST_OF_USER) throw new RefusedError(429, 'This user has too many streams open.');
    this.#count += 1;
    this.#ofUser.set(user, known + 1);
    return () => {
      this.#count -= 1;
      const left = (this.#ofUser.get(user) ?? 1) - 1;
      if (left > 0) this.#ofUser.set(user, left);
      else this.#ofUser.delete(user);
    };
  }
}
