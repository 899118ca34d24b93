import type { V1Deployment, V1StatefulSet } from '@kubernetes/client-node';
import { ANNOTATION } from '../api/vacation-app.ts';
import type { CompleteApp } from '../api/defaults.ts';
import { inheritedOf, isEmpty, type Inherited } from './children/inherited-metadata.ts';
import { LATEST_REVISION } from './children/templates.ts';
import { FACT } from './names.ts';
import type { PodIds } from './platform.ts';
import { hasNoPods } from './pods.ts';

/** The image and the revision of the pod template of a child: chosen when it is made, unchanged until the spec or the update annotation says otherwise. */
export interface Pin {
  readonly image: string;
  readonly revision: number;
  /** The value of the update annotation that this pin has followed. */
  readonly update: string;
}

/** The pin of a child with these annotations; `named` is the image in the spec, `preset` the operator's own choice. */
export function pinOf(
  app: CompleteApp,
  annotations: Readonly<Record<string, string>> | undefined,
  named: string | undefined,
  preset: string,
): Pin {
  const asked = app.metadata.annotations?.[ANNOTATION.update];
  const followed = annotations?.[FACT.update] ?? '';
  const renew = isRenewed(app, annotations);
  return {
    image: named ?? (renew ? preset : (annotations?.[FACT.image] ?? preset)),
    revision: renew ? LATEST_REVISION : Number(annotations?.[FACT.revision]),
    update: renew ? (asked ?? followed) : followed,
  };
}

/** A new child takes what is newest; so does one whose owner asks for it, once for each new value of the annotation. */
function isRenewed(app: CompleteApp, annotations: Readonly<Record<string, string>> | undefined): boolean {
  const asked = app.metadata.annotations?.[ANNOTATION.update];
  return (
    annotations?.[FACT.revision] === undefined || (asked !== undefined && asked !== (annotations[FACT.update] ?? ''))
  );
}

type Workload = V1Deployment | V1StatefulSet;

/** What a workload was made with stays while it has pods, which a change would restart, unless its owner asks. */
const staysAsMade = (app: CompleteApp, workload: Workload | undefined): workload is Workload =>
  workload !== undefined && !hasNoPods(workload) && !isRenewed(app, workload.metadata?.annotations);

/** Who chooses the ids of a workload's pods. One without the annotation was made when the operator did so everywhere. */
export function podIdsOf(app: CompleteApp, workload: Workload | undefined, preset: PodIds): PodIds {
  if (!staysAsMade(app, workload)) return preset;
  return workload.metadata?.annotations?.[FACT.podIds] === 'Platform' ? 'Platform' : 'Managed';
}

export const podIdsAnnotation = (podIds: PodIds): Record<string, string> =>
  podIds === 'Platform' ? { [FACT.podIds]: podIds } : {};

/** What the pods of a StatefulSet inherit. */
export function podMetadataOf(app: CompleteApp, statefulSet: V1StatefulSet | undefined): Inherited {
  if (!staysAsMade(app, statefulSet)) return inheritedOf(app);
  return parsed(statefulSet.metadata?.annotations?.[FACT.podMetadata]);
}

/** Somebody may have written anything there: then it is as if nothing were remembered. */
function parsed(text = ''): Inherited {
  try {
    const { labels, annotations } = JSON.parse(text) as Partial<Inherited>;
    return { labels: { ...labels }, annotations: { ...annotations } };
  } catch {
    return { labels: {}, annotations: {} };
  }
}

export const podMetadataAnnotation = (inherited: Inherited): Record<string, string> =>
  isEmpty(inherited) ? {} : { [FACT.podMetadata]: JSON.stringify(inherited) };

/** The pin as the annotations that keep it. */
export const pinAnnotations = (pin: Pin): Record<string, string> => ({
  [FACT.image]: pin.image,
  [FACT.revision]: String(pin.revision),
  [FACT.update]: pin.update,
});
