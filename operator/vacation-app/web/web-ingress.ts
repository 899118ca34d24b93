import type { V1Ingress } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { childMetadata, childName } from '../names.ts';

/** Exposes the web pods under a host name. */
export function webIngress(app: CompleteApp): V1Ingress | undefined {
  if (app.spec.ingress === undefined) return undefined;
  const { host, className, tlsSecretName, annotations } = app.spec.ingress;
  const service = { name: childName(app, 'web'), port: { name: 'http' } };
  return {
    metadata: {
      ...childMetadata(app, childName(app, 'web'), 'web'),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(tlsSecretName === undefined ? {} : { tls: [{ hosts: [host], secretName: tlsSecretName }] }),
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service } }] } }],
    },
  };
}
