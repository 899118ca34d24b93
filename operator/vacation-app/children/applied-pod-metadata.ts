import type { V1StatefulSet } from '@kubernetes/client-node';
import { owns } from '../../runtime/apply/owned-fields.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { FIELD_MANAGER, isOwnKey } from '../names.ts';
import type { Inherited } from './inherited-metadata.ts';

/** The inherited metadata in a live pod template: what the operator has applied there, except its own keys. */
export const appliedPodMetadata = (statefulSet: V1StatefulSet): Inherited => ({
  labels: applied(statefulSet, 'labels'),
  annotations: applied(statefulSet, 'annotations'),
});

function applied(statefulSet: V1StatefulSet, part: keyof Inherited): Record<string, string> {
  const metadata = statefulSet.spec?.template.metadata?.[part] ?? {};
  const isInherited = (key: string): boolean =>
    !isOwnKey(key) && owns(statefulSet as KubeObject, FIELD_MANAGER, ['spec', 'template', 'metadata', part, key]);
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => isInherited(key)));
}
