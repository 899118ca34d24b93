import type { CompleteApp } from '../../api/defaults.ts';
import type { Kind, KubeObject } from '../../runtime/client/kinds.ts';
import type { Facts } from '../facts.ts';
import { LABEL, versionLabel } from '../names.ts';
import { withoutEmpty } from './without-empty.ts';

/** When a child may be applied; `STEPS` says what each step waits for. */
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

/** The child as it shall be; undefined where the app wants none. */
export function desiredChild({ step, kind, build }: Child, app: CompleteApp, facts: Facts): Desired | undefined {
  const built = build(app, facts);
  if (built === undefined) return undefined;
  const object = { apiVersion: kind.apiVersion, kind: kind.kind, ...built } as KubeObject;
  return { step, kind, object: withoutEmpty(versioned(object, facts)) };
}

/** The object with its version, which is of its metadata only: what it selects and what pods are made of stay. */
function versioned(object: KubeObject, { web, mysql }: Facts): KubeObject {
  const { labels, ...metadata } = object.metadata;
  const { image } = labels?.[LABEL.component] === 'mysql' ? mysql : web;
  return { ...object, metadata: { ...metadata, labels: { ...labels, ...versionLabel(image) } } };
}
