import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';
import type { Facts } from '../facts.ts';
import { STATEFUL_SET } from '../kinds.ts';
import { LABEL, versionLabel } from '../names.ts';
import { inheritedOf, inheriting, type Inherited } from './inherited-metadata.ts';
import { withoutEmpty } from './without-empty.ts';

/** The step in which a child is applied. `STEPS` says what each step waits for. */
export type Step = 'base' | 'database' | 'schema' | 'web' | 'autoscaling' | 'exposure';

export interface Child {
  readonly step: Step;
  readonly kind: Kind;
  readonly build: (app: CompleteApp, facts: Facts) => object | undefined;
}

export interface Desired {
  readonly step: Step;
  readonly kind: Kind;
  readonly object: KubeObject;
}

/** Builds the desired child. Undefined if the app does not want it. */
export function desiredChild({ step, kind, build }: Child, app: CompleteApp, facts: Facts): Desired | undefined {
  const built = build(app, facts);
  if (built === undefined) return undefined;
  const object = { apiVersion: kind.apiVersion, kind: kind.kind, ...built } as KubeObject & Templated;
  const metadata = inheriting(versioned(object, facts), inheritedOf(app));
  const inherited = kind === STATEFUL_SET ? facts.mysqlPodMetadata : inheritedOf(app);
  return { step, kind, object: withoutEmpty(withPods({ ...object, metadata }, inherited)) };
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
function versioned(object: KubeObject, { web, mysql }: Facts): KubeObject['metadata'] {
  const { labels, ...metadata } = object.metadata;
  const { image } = labels?.[LABEL.component] === 'mysql' ? mysql : web;
  return { ...metadata, labels: { ...labels, ...versionLabel(image) } };
}
