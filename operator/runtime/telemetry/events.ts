import { createHash } from 'node:crypto';
import type { ApiClient } from '../client/api-client.ts';
import { isConflict, isNotFound } from '../client/api-error.ts';
import { pathOf, type Kind, type KubeObject } from '../client/kinds.ts';

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, one per kind of thing that happens. */
  readonly reason: string;
  readonly message: string;
}

const EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
const REMEMBERED = 4_096;

/**
 * Publishes events about objects. A repeat of what was said before (same object, reason and message) raises the count of the event
 * that said it. An event is a courtesy: a failure to publish one is told to `onError`, and never fails the work that it speaks of.
 */
export class EventRecorder {
  readonly #client: ApiClient;
  readonly #component: string;
  readonly #instance: string;
  readonly #onError: (error: unknown) => void;
  readonly #said = new Map<string, { name: string; count: number }>();

  constructor(client: ApiClient, options: { component: string; instance: string; onError: (error: unknown) => void }) {
    this.#client = client;
    this.#component = options.component;
    this.#instance = options.instance;
    this.#onError = options.onError;
  }

  async publish(about: KubeObject, note: EventNote): Promise<void> {
    const key = createHash('sha256').update([about.metadata.uid, note.reason, note.message].join('\0')).digest('hex');
    const said = this.#said.get(key);
    try {
      if (said && (await this.#repeat(about, said))) return;
      // The name says what is told, so that another process finds what this one has told.
      const name = `${about.metadata.name}.${key.slice(0, 16)}`;
      this.#remember(key, { name, count: await this.#tell(about, note, name) });
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Resolves to how often it has been told by now. */
  async #tell(about: KubeObject, note: EventNote, name: string): Promise<number> {
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

  async #repeat(about: KubeObject, said: { name: string; count: number }): Promise<boolean> {
    said.count += 1;
    try {
      await this.#patch(about, said.name, { count: said.count });
      return true;
    } catch (error) {
      // The API server forgets events after an hour.
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /** Says that it happened again. An event is never read, which would take another right: the answer tells how it was. */
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

  #remember(key: string, said: { name: string; count: number }): void {
    const oldest = this.#said.keys().next();
    if (this.#said.size >= REMEMBERED && !oldest.done) this.#said.delete(oldest.value);
    this.#said.set(key, said);
  }
}

const timestamp = (): string => `${new Date().toISOString().slice(0, 19)}Z`;
