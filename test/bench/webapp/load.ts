/** What the load generator is asked for. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  /** Each is sent once, in this order; or again and again, where `seconds` says for how long. */
  readonly requests: readonly string[];
  readonly seconds?: number;
}

export interface LoadResult {
  readonly count: number;
  readonly ms: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly latencies: readonly number[];
}
