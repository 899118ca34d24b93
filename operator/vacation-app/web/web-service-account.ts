import type { V1ServiceAccount } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { childMetadata, childName } from '../names.ts';

/** An identity without any right, so that the pods do not share the namespace's default one. */
export function webServiceAccount(app: CompleteApp): V1ServiceAccount {
  return { metadata: childMetadata(app, childName(app, 'web'), 'web'), automountServiceAccountToken: false };
}
