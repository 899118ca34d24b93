import type { Stores } from './cache/store.ts';
import type { TimedReconcile } from './telemetry/slowest-reconciles.ts';

/** What the manager knows and does, for people. Each property is current when it is read. Reading sends no request. */
export interface ManagerState {
  readonly stores: Stores;
  /** Whether the caches have been filled once. Before that an object may be missing in them. */
  readonly isFilled: boolean;
  /** The optional API groups that the cluster serves. Empty until discovery has ended. */
  readonly servedGroups: ReadonlySet<string>;
  readonly identity: string;
  readonly isLeader: boolean;
  /** The identity of the process that leads, as far as this one knows. */
  readonly leader: string | undefined;
  readonly watches: readonly WatchState[];
  readonly controllers: readonly ControllerState[];
}

export interface WatchState {
  readonly kind: string;
  /** Empty for the whole cluster. */
  readonly namespace: string;
  /** Milliseconds since the API server was last heard. Undefined before the first list. */
  readonly silentMs: number | undefined;
  readonly isRefused: boolean;
}

export interface ControllerState {
  readonly name: string;
  /** Keys that wait. 0 while this process does not lead. */
  readonly depth: number;
  /** How long each reconcile in progress has taken so far. */
  readonly unfinishedMs: readonly number[];
  readonly slowest: readonly TimedReconcile[];
}
