import { createHash } from 'node:crypto';
import type { ApiClient } from './api-client.ts';
import { isNotFound } from './api-error.ts';
import { pathOf, type Kind, type KubeObject } from './kinds.ts';

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
      const name = `${about.metadata.name}.${key.slice(0, 8)}${Date.now().toString(16)}`;
      await this.#create(about, note, name);
      this.#remember(key, { name, count: 1 });
    } catch (error) {
      this.#onError(error);
    }
  }

  async #repeat(about: KubeObject, said: { name: string; count: number }): Promise<boolean> {
    said.count += 1;
    try {
      await this.#client.request({
        method: 'PATCH',
        path: pathOf(EVENT, about.metadata.namespace ?? '', said.name),
        contentType: 'application/merge-patch+json',
        body: { count: said.count, lastTimestamp: timestamp() },
      });
      return true;
    } catch (error) {
      // The API server forgets events after an hour.
      if (isNotFound(error)) return false;
      throw error;
    }
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
