import type { Duplex } from 'node:stream';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';

export interface Selection {
  /** Empty: every namespace. */
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface LogOptions {
  readonly container: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly sinceSeconds?: number;
  readonly tailLines?: number;
}

/** What the verbs do with a cluster. Its failures are `PluginError`s. */
export interface Cluster {
  /** The namespace of `--namespace`, else of the kubeconfig's context, else `default`. */
  readonly namespace: string;
  list<T extends KubeObject>(kind: Kind, selection: Selection): Promise<T[]>;
  /** The metadata of the objects only, so that the content of Secrets stays in the cluster. */
  listMetadata(kind: Kind, selection: Selection): Promise<KubeObject[]>;
  get<T extends KubeObject>(kind: Kind, namespace: string, name: string): Promise<T>;
  /** Merges the patch into the object. `isDryRun`: the API server checks it and stores nothing. */
  patch<T extends KubeObject>(
    kind: Kind,
    namespace: string,
    name: string,
    patch: object,
    isDryRun: boolean,
  ): Promise<T>;
  /**
   * Calls `look` at the start, again after each change of a selected object, and every ten seconds, until it resolves to true or the signal
   * aborts. Resolves to whether it did.
   */
  follow(
    selections: readonly (Selection & { readonly kind: Kind })[],
    signal: AbortSignal,
    look: () => Promise<boolean>,
  ): Promise<boolean>;
  log(
    namespace: string,
    pod: string,
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncGenerator<string, void, undefined>;
  /** Connects a socket of this machine to a port of the pod. */
  forward(namespace: string, pod: string, port: number, socket: Duplex): Promise<void>;
  /** The version of Kubernetes, such as `v1.36.3`. */
  version(): Promise<string>;
}
