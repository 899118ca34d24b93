import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import type { Facts } from '../facts.ts';
import { versionLabel } from '../names.ts';
import type { Plan } from '../plan.ts';
import { inheritedOf, inheriting, type Inherited } from './inherited-metadata.ts';
import { withoutEmpty } from './without-empty.ts';

/** The step in which a child is applied. `STEPS` says what each step waits for. */
export type Step = 'base' | 'check' | 'schema' | 'web' | 'autoscaling' | 'exposure';

export interface Child {
  readonly step: Step;
  readonly kind: Kind;
  readonly build: (app: CompleteApp, facts: Facts) => object | undefined;
  /** The image for the version label; that of the web pods unless given. */
  readonly imageOf?: (facts: Facts) => string;
  /** The inherited metadata of its pods; that of the spec unless given. */
  readonly podMetadataOf?: (facts: Facts) => Inherited;
  /** For a child that needs more than `applyChild`. */
  readonly apply?: Apply;
}

export type Apply = (plan: Plan, child: Desired, cluster: Cluster, signal: AbortSignal) => Promise<void>;

export interface Desired extends Pick<Child, 'step' | 'kind' | 'apply'> {
  readonly object: KubeObject;
}

/** Builds the desired child. Undefined if the app does not want it. */
export function desiredChild(child: Child, app: CompleteApp, facts: Facts): Desired | undefined {
  const { step, kind, apply, imageOf, podMetadataOf } = child;
  const found = child.build(app, facts);
  if (found === undefined) return undefined;
  const object = { apiVersion: kind.apiVersion, kind: kind.kind, ...found } as KubeObject & Templated;
  const metadata = inheriting(versioned(object, imageOf?.(facts) ?? facts.web.image), inheritedOf(app));
  const inherited = podMetadataOf?.(facts) ?? inheritedOf(app);
  const built = withoutEmpty(withPods({ ...object, metadata }, inherited));
  return { step, kind, object: built, ...(apply && { apply }) };
}

interface Templated {
  readonly spec?: { readonly template?: V1PodTemplateSpec };
}

/** Adds the inherited metadata to the pod template, if the object has one. */
function withPods(object: KubeObject & Templated, inherited: Inherited): KubeObject {
  const { template } = object.spec ?? {};
  if (template === undefined) return object;
  const metadata = inheriting(template.metadata ?? {}, inherited);
  return { ...object, spec: { ...object.spec, template: { ...template, metadata } } } as KubeObject;
}

/** Adds the version label to the metadata of the object. Selectors and pod templates must not contain it. */
function versioned(object: KubeObject, image: string): KubeObject['metadata'] {
  const { labels, ...metadata } = object.metadata;
  return { ...metadata, labels: { ...labels, ...versionLabel(image) } };
}
