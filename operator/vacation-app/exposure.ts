import type { V1Ingress } from '@kubernetes/client-node';
import type { CompleteApp } from '../api/defaults.ts';
import { CONDITION, REASON } from '../api/vacation-app.ts';
import { findingOf, type Finding } from '../runtime/conditions.ts';
import type { Observed } from './observe.ts';

/** Whether the app can be reached from outside in each of the ways that the spec asks for: the first that is not, else the first; none where it asks for none. */
export function exposed(app: CompleteApp, observed: Observed): Finding[] {
  const ways = [...(app.spec.ingress ? [ingressExposed(observed.ingress)] : [])];
  return [ways.find(({ status }) => status !== 'True') ?? ways.slice(0, 1)].flat();
}

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

function ingressExposed(ingress: V1Ingress | undefined): Finding {
  const not = (reason: string, message: string): Finding => findingOf(CONDITION.exposed, false, reason, message);
  if (!ingress) return not(REASON.waitingForWeb, 'The Ingress waits for the web pods to be made');
  const { metadata, spec, status } = ingress;
  const name = metadata?.name ?? '';
  const addresses = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  if (addresses.length > 0) {
    return findingOf(CONDITION.exposed, true, REASON.available, `Ingress ${name} is served at ${addresses.join(', ')}`);
  }
  const className = spec?.ingressClassName ?? metadata?.annotations?.[CLASS_ANNOTATION];
  // The API server fills in the cluster's default class: that none is there means that there is none.
  return className === undefined
    ? not(
        REASON.noIngressClass,
        `No controller takes Ingress ${name}: set spec.ingress.className to one of kubectl get ingressclass, or install an ingress controller with a default class`,
      )
    : not(
        REASON.addressPending,
        `Ingress ${name} has no address yet: the controller of class ${className} gives one; does it run (kubectl get ingressclass ${className}), and what does it say (kubectl describe ingress ${name})?`,
      );
}

/** Where travellers reach the app: from outside where it is exposed, else inside the cluster. */
export function urlOf({ metadata, spec }: CompleteApp): string {
  if (spec.ingress) return `${spec.ingress.tlsSecretName === undefined ? 'http' : 'https'}://${spec.ingress.host}`;
  const port = spec.service.port === 80 ? '' : `:${spec.service.port}`;
  return `http://${metadata.name}-web.${metadata.namespace ?? ''}.svc${port}`;
}
