import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import type { ApiClient } from '../../../operator/runtime/client/api-client.ts';
import { pathOf, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { Reflector } from '../../../operator/runtime/cache/reflector.ts';
import { Store } from '../../../operator/runtime/cache/store.ts';

export const appNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `app${String(index).padStart(4, '0')}`);

/** Everything that an app has by default, but for the policy that DELETION_POLICY names. */
export const declared = (name: string, namespace: string): object => ({
  apiVersion: VACATION_APP.apiVersion,
  kind: VACATION_APP.kind,
  metadata: { name, namespace },
  spec: { deletionPolicy: process.env.DELETION_POLICY ?? 'Retain' },
});

/** The apps of a namespace, as somebody sees them who watches. */
export class Apps {
  readonly namespace: string;
  readonly #client: ApiClient;
  readonly #ready = new Set<string>();
  readonly #store = new Store<KubeObject>({ onHandlerError: console.error });
  readonly #stopping = new AbortController();

  constructor(client: ApiClient, namespace: string) {
    this.#client = client;
    this.namespace = namespace;
    this.#store.onChange(({ before, after }) => {
      const name = (after ?? before)?.metadata.name ?? '';
      if (after && isReady(after as VacationApp)) this.#ready.add(name);
      else this.#ready.delete(name);
    });
  }

  async watch(): Promise<void> {
    const reflector = new Reflector(this.#client, this.#store, { kind: VACATION_APP, namespace: this.namespace });
    void reflector.run(this.#stopping.signal);
    await reflector.synced;
  }

  get size(): number {
    return this.#store.size;
  }

  /** Ten at a time. */
  async create(names: readonly string[]): Promise<void> {
    const left = [...names];
    const work = async (): Promise<void> => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) {
        const body = declared(name, this.namespace);
        await this.#client.request({ method: 'POST', path: pathOf(VACATION_APP, this.namespace), body });
      }
    };
    await Promise.all(Array.from({ length: 10 }, work));
  }

  async allReady(count: number, withinMs = 600_000): Promise<void> {
    await reached(`${count} apps of ${this.namespace} ready`, () => this.#ready.size, count, withinMs);
  }

  /** A thousand at once may take the API server longer than it gives a request. */
  async removeAll(withinMs = 600_000): Promise<void> {
    const path = pathOf(VACATION_APP, this.namespace);
    const deadline = performance.now() + withinMs;
    let cause: unknown;
    while (this.size > 0) {
      if (performance.now() > deadline) throw new Error(`${this.size} apps are left`, { cause });
      await this.#client.request({ method: 'DELETE', path, timeoutMs: 120_000 }).catch((error: unknown) => {
        cause = error;
      });
      await sleep(100);
    }
  }

  stop(): void {
    this.#stopping.abort();
  }
}

/** Looks until the number is that large. */
export async function reached(what: string, look: () => number, goal: number, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (look() < goal) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}; ${look()} so far`);
    await sleep(10);
  }
}

const isReady = ({ metadata, status }: VacationApp): boolean =>
  status?.observedGeneration === metadata.generation &&
  (status?.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');
