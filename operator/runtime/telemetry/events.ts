import { createHash } from 'node:crypto';
import type { ApiClient } from '../client/api-client.ts';
import { isConflict, isNotFound } from '../client/api-error.ts';
import { pathOf, type Kind, type KubeObject } from '../client/kinds.ts';

interface Published {
  readonly name: string;
  count: number;
}

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, one for each kind of event. */
  readonly reason: string;
  readonly message: string;
}

const EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
const REMEMBERED = 4_096;

/**
 * Publishes events about objects. A repeated event (same object, reason and message) raises the count of the existing one.
 *
 * `publish` never throws. It passes a failure to `onError`, because the work must not fail for an event.
 */
export class EventRecorder {
  readonly #client: ApiClient;
  readonly #component: string;
  readonly #instance: string;
  readonly #onError: (error: unknown) => void;
  readonly #published = new Map<string, Published>();

  constructor(client: ApiClient, options: { component: string; instance: string; onError: (error: unknown) => void }) {
    this.#client = client;
    this.#component = options.component;
    this.#instance = options.instance;
    this.#onError = options.onError;
  }

  async publish(about: KubeObject, note: EventNote): Promise<void> {
    const key = createHash('sha256').update([about.metadata.uid, note.reason, note.message].join('\0')).digest('hex');
    const published = this.#published.get(key);
    try {
      if (published && (await this.#repeat(about, published))) return;
      // The name is derived from the content, so that another process finds the event.
      const name = `${about.metadata.name}.${key.slice(0, 16)}`;
      this.#remember(key, { name, count: await this.#createOrRepeat(about, note, name) });
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Creates the event, or raises the count of one that another process created. Returns the count. */
  async #createOrRepeat(about: KubeObject, note: EventNote, name: string): Promise<number> {
    try {
      await this.#create(about, note, name);
      return 1;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    const before = await this.#patch(about, name, {});
    const count = (before.count ?? 1) + 1;
    await this.#patch(about, name, { count });
    return count;
  }

  /** Returns false if the API server no longer has the event. */
  async #repeat(about: KubeObject, published: Published): Promise<boolean> {
    published.count += 1;
    try {
      await this.#patch(about, published.name, { count: published.count });
      return true;
    } catch (error) {
      // The API server deletes events after an hour.
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /** Updates the event and returns it. A read would need one more right, so an empty patch takes its place. */
  #patch({ metadata }: KubeObject, name: string, part: { count?: number }): Promise<{ count?: number }> {
    return this.#client.request({
      method: 'PATCH',
      path: pathOf(EVENT, metadata.namespace ?? '', name),
      contentType: 'application/merge-patch+json',
      body: { ...part, lastTimestamp: timestamp() },
    });
  }

  async #create(about: KubeObject, note: EventNote, name: string): Promise<void> {
    const { namespace = '', uid, resourceVersion } = about.metadata;
    const now = timestamp();
    await this.#client.request({
      method: 'POST',
      path: pathOf(EVENT, namespace),
      body: {
        metadata: { name, namespace },
        involvedObject: {
          apiVersion: about.apiVersion,
          kind: about.kind,
          namespace,
          name: about.metadata.name,
          uid,
          resourceVersion,
        },
        ...note,
        source: { component: this.#component },
        reportingComponent: this.#component,
        reportingInstance: this.#instance,
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
      },
    });
  }

  #remember(key: string, published: Published): void {
    const oldest = this.#published.keys().next();
    if (this.#published.size >= REMEMBERED && !oldest.done) this.#published.delete(oldest.value);
    this.#published.set(key, published);
  }
}

const timestamp = (): string => `${new Date().toISOString().slice(0, 19)}Z`;
