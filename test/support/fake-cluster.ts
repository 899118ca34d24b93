import type { Cluster, LogOptions, Selection } from '../../operator/kubectl-plugin/cluster/cluster.ts';
import type { Context } from '../../operator/kubectl-plugin/context.ts';
import { PluginError } from '../../operator/kubectl-plugin/exit-code.ts';
import { run } from '../../operator/kubectl-plugin/run.ts';
import type { Kind, KubeObject } from '../../operator/runtime/client/kinds.ts';

/** A cluster of objects in memory, for the kubectl plugin. */
export class FakeCluster implements Cluster {
  namespace = 'travel';
  readonly objects: KubeObject[] = [];
  /** Logs by `POD/CONTAINER`, with `/previous` for the run before. */
  readonly logs = new Map<string, string>();
  readonly patches: { readonly name: string; readonly patch: object; readonly isDryRun: boolean }[] = [];
  /** The kinds that may not be looked at. */
  readonly forbidden = new Set<string>();
  readonly looked: string[] = [];
  #changed: () => void = () => undefined;

  add(...objects: readonly object[]): this {
    this.objects.push(...(objects as KubeObject[]));
    this.#changed();
    return this;
  }

  /** Replaces the object of that kind and name. */
  put(object: object): void {
    const { kind, metadata } = object as KubeObject;
    const at = this.objects.findIndex((one) => one.kind === kind && one.metadata.name === metadata.name);
    if (at >= 0) this.objects.splice(at, 1);
    this.add(object);
  }

  list<T extends KubeObject>(kind: Kind, selection: Selection): Promise<T[]> {
    return this.#select<T>(kind, selection);
  }

  async listMetadata(kind: Kind, selection: Selection): Promise<KubeObject[]> {
    const found = await this.#select(kind, selection);
    return found.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }) as KubeObject);
  }

  async get<T extends KubeObject>(kind: Kind, namespace: string, name: string): Promise<T> {
    const [found] = await this.#select<T>(kind, { namespace, fieldSelector: `metadata.name=${name}` });
    if (!found) throw new PluginError('notFound', `${kind.plural} "${name}" not found`);
    return found;
  }

  async patch<T extends KubeObject>(
    kind: Kind,
    namespace: string,
    name: string,
    patch: object,
    isDryRun: boolean,
  ): Promise<T> {
    const before = await this.get<T>(kind, namespace, name);
    this.patches.push({ name, patch, isDryRun });
    const after = merged(before, patch) as T;
    if (!isDryRun) this.put(after);
    return after;
  }

  async follow(_: unknown, signal: AbortSignal, look: () => Promise<boolean>): Promise<boolean> {
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        this.#changed = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      if (await look()) return true;
      await changed;
    }
    return false;
  }

  async *log(_: string, pod: string, { container, previous }: LogOptions): AsyncGenerator<string, void, undefined> {
    const text = this.logs.get(`${pod}/${container}${previous === true ? '/previous' : ''}`);
    if (text === undefined)
      throw new PluginError('failed', `container "${container}" in pod "${pod}" is waiting to start`);
    yield* text.split('\n');
    return Promise.resolve();
  }

  forward: Cluster['forward'] = () => Promise.reject(new Error('nothing is forwarded here'));

  version(): Promise<string> {
    return Promise.resolve('v1.36.3');
  }

  #select<T extends KubeObject>(kind: Kind, { namespace, labelSelector, fieldSelector }: Selection): Promise<T[]> {
    this.looked.push(kind.plural);
    if (this.forbidden.has(kind.plural)) {
      return Promise.reject(
        new PluginError('forbidden', `${kind.plural} is forbidden: User "jane" cannot list resource`),
      );
    }
    const [, name] = /^metadata\.name=(.*)$/.exec(fieldSelector ?? '') ?? [];
    const wanted = (labelSelector ?? '').split(',').filter((one) => one !== '');
    const found = this.objects.filter(({ kind: own, metadata }) => {
      const labels = metadata.labels ?? {};
      const fits = wanted.every((one) => {
        const [key = '', value] = one.split('=');
        return value === undefined ? key in labels : labels[key] === value;
      });
      const isThere = namespace === '' || metadata.namespace === undefined || metadata.namespace === namespace;
      return own === kind.kind && isThere && fits && (name === undefined || metadata.name === name);
    });
    return Promise.resolve(structuredClone(found) as T[]);
  }
}

function merged(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null) return patch;
  const known = { ...(before as Record<string, unknown> | undefined) };
  const changed = Object.entries(patch).map(([key, value]) => [
    key,
    value === null ? undefined : merged(known[key], value),
  ]);
  const after = { ...known, ...(Object.fromEntries(changed) as object) };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined));
}

export const NOW = new Date('2032-01-01T12:00:00Z');

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly files: ReadonlyMap<string, string>;
}

/** What the verbs need of a machine that does nothing. */
export const contextOf = (cluster: FakeCluster, overrides: Partial<Context> = {}): Context => ({
  version: '0.1.0',
  terminal: {
    out: () => undefined,
    error: () => undefined,
    isInteractive: false,
    hasColours: false,
    columns: 120,
    rows: 50,
  },
  signal: new AbortController().signal,
  now: () => NOW,
  connect: ({ namespace }) => {
    cluster.namespace = namespace ?? 'travel';
    return cluster;
  },
  contexts: () => ['home', 'work'],
  openBrowser: () => undefined,
  createFile: () => Promise.resolve(),
  ...overrides,
});

/** Runs a command line against the cluster. */
export async function runVacation(
  cluster: FakeCluster,
  args: readonly string[],
  { onOut, ...overrides }: Partial<Context> & { readonly onOut?: (text: string) => void } = {},
): Promise<Ran> {
  let [out, error] = ['', ''];
  const files = new Map<string, string>();
  const quiet = contextOf(cluster);
  const terminal = {
    ...quiet.terminal,
    out: (text: string) => {
      out += text;
      onOut?.(text);
    },
    error: (text: string) => void (error += text),
  };
  const createFile = (path: string, text: string) => Promise.resolve(void files.set(path, text));
  const code = await run(args, { ...quiet, terminal, createFile, ...overrides });
  return { code, out, error, files };
}
