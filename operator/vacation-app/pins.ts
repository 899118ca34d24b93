import type { V1Deployment, V1StatefulSet } from '@kubernetes/client-node';
import { ANNOTATION } from '../api/vacation-app.ts';
import type { CompleteApp } from '../api/defaults.ts';
import { appliedPodMetadata } from './children/applied-pod-metadata.ts';
import { inheritedOf, type Inherited } from './children/inherited-metadata.ts';
import { LATEST_REVISION } from './children/templates.ts';
import { FACT } from './names.ts';
import type { PodIds } from './platform.ts';
import { hasNoPods } from './pods.ts';

/** The image and template revision of a child. The operator sets them when it creates the child. Later only the spec or the update annotation changes them. */
export interface Pin {
  readonly image: string;
  readonly revision: number;
  /** The value of the update annotation when the pin was set. */
  readonly update: string;
}

/** The pin of a child with these annotations. `named` is the image in the spec, `preset` the operator's default. */
export function pinOf(
  app: CompleteApp,
  annotations: Readonly<Record<string, string>> | undefined,
  named: string | undefined,
  preset: string,
): Pin {
  const requested = app.metadata.annotations?.[ANNOTATION.update];
  const handled = annotations?.[FACT.update] ?? '';
  const renew = isRenewed(app, annotations);
  return {
    image: named ?? (renew ? preset : (annotations?.[FACT.image] ?? preset)),
    revision: renew ? LATEST_REVISION : Number(annotations?.[FACT.revision]),
    update: renew ? (requested ?? handled) : handled,
  };
}

/** Whether the child gets the operator's current image and revision. A new child does, and one whose revision somebody has made unreadable. An existing child does once for each new value of the update annotation. */
function isRenewed(app: CompleteApp, annotations: Readonly<Record<string, string>> | undefined): boolean {
  const requested = app.metadata.annotations?.[ANNOTATION.update];
  return (
    !/^\d+$/.test(annotations?.[FACT.revision] ?? '') ||
    (requested !== undefined && requested !== (annotations?.[FACT.update] ?? ''))
  );
}

type Workload = V1Deployment | V1StatefulSet;

/** Whether a workload keeps its settings. A change would restart its pods, so it keeps them while it has pods, unless the user asks for an update. */
const isPinned = (app: CompleteApp, workload: Workload | undefined): workload is Workload =>
  workload !== undefined && !hasNoPods(workload) && !isRenewed(app, workload.metadata?.annotations);

/** Who chooses the ids of a workload's pods. A workload without the annotation was created with the operator's ids. */
export function podIdsOf(app: CompleteApp, workload: Workload | undefined, preset: PodIds): PodIds {
  if (!isPinned(app, workload)) return preset;
  return workload.metadata?.annotations?.[FACT.podIds] === 'Platform' ? 'Platform' : 'Managed';
}

export const podIdsAnnotation = (podIds: PodIds): Record<string, string> =>
  podIds === 'Platform' ? { [FACT.podIds]: podIds } : {};

/** The labels and annotations that the pods of a StatefulSet inherit from the app. */
export const podMetadataOf = (app: CompleteApp, statefulSet: V1StatefulSet | undefined): Inherited =>
  isPinned(app, statefulSet) ? appliedPodMetadata(statefulSet) : inheritedOf(app);

/** The annotations that store the pin on its child. */
export const pinAnnotations = (pin: Pin): Record<string, string> => ({
  [FACT.image]: pin.image,
  [FACT.revision]: String(pin.revision),
  [FACT.update]: pin.update,
});
