import type { ManagerState } from '../../runtime/manager-state.ts';
import { splitKey } from '../../runtime/client/kinds.ts';
import { FOLLOWED_SECRET } from '../../vacation-app/kinds.ts';
import { appPath } from './links.ts';
import { durationOf, shownTime, type ShownTime } from './times.ts';
import type { Tone } from './health.ts';

export interface WatchRow {
  readonly kind: string;
  readonly objects: number | undefined;
  /** The longest silence of the watches of this kind. */
  readonly heard: string;
  readonly tone: Tone;
}

export interface SlowRow {
  readonly key: string;
  readonly path: string;
  readonly took: string;
  readonly ended: ShownTime | undefined;
}

export interface OperatorPage {
  readonly version: string;
  readonly identity: string;
  readonly isLeader: boolean;
  readonly leader: string;
  readonly started: ShownTime | undefined;
  readonly queues: readonly {
    readonly name: string;
    readonly depth: number;
    readonly active: number;
    readonly longest: string;
    readonly slowest: readonly SlowRow[];
  }[];
  readonly watches: readonly WatchRow[];
}

export interface OperatorPageOptions {
  readonly version: string;
  readonly started: Date;
  readonly now: Date;
  /** A watch that is silent for longer counts as broken. */
  readonly longestSilenceMs: number;
  /** Whether the viewer may know of objects in this namespace. */
  readonly maySee: (namespace: string) => boolean;
  /** Whether the viewer may know of every namespace. Only then the numbers of objects are shown. */
  readonly maySeeAll: boolean;
}

/** The page of the operator itself: this replica, and what it knows of the leader. */
export function operatorPage(state: ManagerState, options: OperatorPageOptions): OperatorPage {
  const { version, started, now, maySee } = options;
  return {
    version,
    identity: state.identity,
    isLeader: state.isLeader,
    leader: state.leader ?? 'nobody that this replica knows of',
    started: shownTime(started, now),
    queues: state.controllers.map(({ name, depth, unfinishedMs, slowest }) => ({
      name,
      depth,
      active: unfinishedMs.length,
      longest: secondsOf(Math.max(0, ...unfinishedMs)),
      slowest: slowest
        .map(({ key, ms, ended }) => ({ ...splitKey(key), key, ms, ended }))
        .filter(({ namespace }) => maySee(namespace))
        .map(({ namespace, name: app, key, ms, ended }) => ({
          key,
          path: appPath(namespace, app),
          took: secondsOf(ms),
          ended: shownTime(ended, now),
        })),
    })),
    watches: watchRows(state, options),
  };
}

function watchRows(
  { watches, stores }: ManagerState,
  { longestSilenceMs, maySeeAll }: OperatorPageOptions,
): WatchRow[] {
  const kinds = [...new Set(watches.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = watches.filter((watch) => watch.kind === kind);
    const isRefused = own.some((watch) => watch.isRefused);
    const silentMs = Math.max(...own.map((watch) => watch.silentMs ?? Infinity));
    const heard = silentMs === Infinity ? 'not yet' : `${durationOf(silentMs / 1000)} ago`;
    return {
      kind: kind === FOLLOWED_SECRET.kind ? 'Secret (of users)' : kind,
      objects: maySeeAll ? stores.get(kind)?.size : undefined,
      heard: isRefused ? `${heard}; the API server refuses it` : heard,
      tone: isRefused || silentMs > longestSilenceMs ? 'bad' : 'good',
    };
  });
}

const secondsOf = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);
