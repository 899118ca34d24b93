import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../scripts/cluster/run.ts';

/** What tests read of an object; what they know to be there, they name in a type of their own. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
}

export interface Kubectl {
  /** Runs kubectl and resolves to its output; rejects with what it says. */
  (args: readonly string[], options?: { readonly input?: string; readonly timeoutMs?: number }): Promise<string>;
  get<T extends KubeObject>(resource: string, name: string, namespace?: string): Promise<T>;
  list<T extends KubeObject>(resource: string, namespace: string, selector: string): Promise<T[]>;
  apply(...objects: readonly object[]): Promise<void>;
}

/** `command` is kubectl with the arguments that lead to the cluster. */
export function createKubectl(command: readonly [string, ...string[]]): Kubectl {
  const [file, ...first] = command;
  const kubectl = (
    args: readonly string[],
    { input, timeoutMs = 60_000 }: { input?: string; timeoutMs?: number } = {},
  ) => run(file, [...first, ...args], { timeoutMs, ...(input === undefined ? {} : { input }) });
  const inside = (namespace?: string) => (namespace === undefined ? [] : ['--namespace', namespace]);
  return Object.assign(kubectl, {
    get: async <T extends KubeObject>(resource: string, name: string, namespace?: string) =>
      JSON.parse(await kubectl(['get', resource, name, ...inside(namespace), '--output', 'json'])) as T,
    list: async <T extends KubeObject>(resource: string, namespace: string, selector: string) => {
      const text = await kubectl(['get', resource, ...inside(namespace), '--selector', selector, '--output', 'json']);
      return (JSON.parse(text) as { items: T[] }).items;
    },
    apply: async (...objects: readonly object[]) => {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      await kubectl(['apply', '--filename', '-'], { input });
    },
  });
}

/** Looks until the value is as it is to be, and resolves to it. Rejects with the last value seen, or the last error. */
export async function eventually<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T>,
  holds: (value: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look().then(
      (value) => ({ value, text: JSON.stringify(value ?? null) }),
      (error: unknown) => ({ text: error instanceof Error ? error.message : String(error) }),
    );
    if ('value' in seen && holds(seen.value)) return seen.value;
    if (performance.now() > deadline) {
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}; last seen: ${seen.text.slice(0, 2_000)}`);
    }
    await sleep(500);
  }
}
