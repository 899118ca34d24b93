import type { V1Pod } from '@kubernetes/client-node';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';

/** What the API server has of one app. */
export interface World {
  readonly app: VacationApp;
  readonly children: readonly KubeObject[];
  readonly pods: readonly V1Pod[];
  /** Kinds that could not be looked at, with the API server's words. */
  readonly refusals: readonly Refusal[];
}

export interface Refusal {
  readonly kind: Kind;
  readonly words: string;
}
