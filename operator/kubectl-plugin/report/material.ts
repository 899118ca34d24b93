import type { V1Pod, V1Secret } from '@kubernetes/client-node';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import type { EventModel } from '../model/event-model.ts';
import type { World } from '../model/world.ts';
import type { Known } from './scrub.ts';

/** A log, or why there is none. */
export interface LogText {
  /** `travel/milky-way-web-x, container web`. */
  readonly title: string;
  readonly text: string;
}

/** A Secret that the app or a pod of it names. */
export interface NamedSecret {
  readonly name: string;
  /** Undefined where there is no such Secret, or where it may not be read. */
  readonly secret: V1Secret | undefined;
}

/** Everything that a report is made of, not redacted yet. It stays in this process. */
export interface Material {
  readonly world: World;
  readonly events: readonly EventModel[];
  /** Quotas and limits of the namespace, and the namespace itself. */
  readonly namespaceObjects: readonly KubeObject[];
  /** Nodes, StorageClasses and IngressClasses. */
  readonly clusterObjects: readonly KubeObject[];
  readonly secrets: readonly NamedSecret[];
  readonly operatorPods: readonly V1Pod[];
  readonly operatorLogs: readonly LogText[];
  readonly podLogs: readonly LogText[];
  /** What the Secrets and environment variables of the app hold, so that it can be replaced. */
  readonly known: readonly Known[];
  /** What could not be read, and why. */
  readonly gaps: readonly string[];
  readonly kubernetesVersion: string;
}
