import type { V1ServiceAccount } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { childMetadata, childName } from '../names.ts';

/** A service account without rights, so that the pods do not use the default one of the namespace. */
export function webServiceAccount(app: CompleteApp): V1ServiceAccount {
  return { metadata: childMetadata(app, childName(app, 'web'), 'web'), automountServiceAccountToken: false };
}
