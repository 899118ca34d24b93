import { UnavailableError } from './unavailable.ts';

/** What decides which cluster is used. */
export interface Machine {
  /** The context that the caller asked for. */
  readonly context: string | undefined;
  readonly engine: 'docker' | 'podman' | undefined;
  readonly hasKind: boolean;
  readonly platform: string;
  readonly isRoot: boolean;
}

export type Choice =
  | { readonly kind: 'existing'; readonly context: string }
  | { readonly kind: 'kind'; readonly engine: 'docker' | 'podman' }
  | { readonly kind: 'built-in' };

/** The asked-for context, else kind where an engine answers, else the built-in cluster; one sentence where none is possible. */
export function chooseCluster(machine: Machine): Choice {
  const { context, engine, hasKind, platform, isRoot } = machine;
  if (context !== undefined) return { kind: 'existing', context };
  if (engine !== undefined && hasKind) return { kind: 'kind', engine };
  if (platform === 'linux' && isRoot) return { kind: 'built-in' };
  if (engine !== undefined)
    throw new UnavailableError(
      `No Kubernetes to be had: ${engine} answers, but kind is not installed; install kind, or name a cluster with --context.`,
    );
  throw new UnavailableError(
    platform === 'linux'
      ? 'No Kubernetes to be had: install Docker (or Podman) and kind, or run this as root to use the built-in cluster, or name a cluster with --context.'
      : `No Kubernetes to be had: install Docker (or Podman) and kind, or name a cluster with --context (the built-in one needs Linux, and this is ${platform}).`,
  );
}
