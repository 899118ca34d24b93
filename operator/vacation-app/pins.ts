import { ANNOTATION } from '../api/vacation-app.ts';
import type { CompleteApp } from '../api/defaults.ts';
import { LATEST_REVISION } from './children/templates.ts';
import { FACT } from './names.ts';

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
  // A new child takes what is newest; so does one whose owner asks for it, once for each new value of the annotation.
  const renew = annotations?.[FACT.revision] === undefined || (asked !== undefined && asked !== followed);
  return {
    image: named ?? (renew ? preset : (annotations[FACT.image] ?? preset)),
    revision: renew ? LATEST_REVISION : Number(annotations[FACT.revision]),
    update: renew ? (asked ?? followed) : followed,
  };
}

/** The pin as the annotations that keep it. */
export const pinAnnotations = (pin: Pin): Record<string, string> => ({
  [FACT.image]: pin.image,
  [FACT.revision]: String(pin.revision),
  [FACT.update]: pin.update,
});
