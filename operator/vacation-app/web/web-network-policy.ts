import type { V1EnvVar } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import type { Facts } from '../facts.ts';
import { childMetadata, childName, LABEL } from '../names.ts';
import { tcp, type NetworkPolicy } from '../children/network-policy.ts';
import { databaseKindOf } from '../database/database.ts';
import { TASKS } from '../tasks/tasks.ts';
import { PROBE_PORT, WEB_PORT } from './web-config-map.ts';

/** Submission with and without TLS from the start, and plain SMTP. */
const MAIL_PORTS = [465, 587, 25];

/** The components whose pods connect to the database. */
export const databaseClients = (): string[] => ['web', ...TASKS.map(({ component }) => component)];

/** Pages for everybody, since ingress controllers and load balancers come from anywhere; probes and metrics for the cluster; out to nothing but what the app needs. */
export function webNetworkPolicy(app: CompleteApp, { dnsPorts }: Pick<Facts, 'dnsPorts'>): NetworkPolicy | undefined {
  if (app.spec.networkPolicy === 'Disabled') return undefined;
  const mail = mailPorts(app.spec.env);
  return {
    metadata: childMetadata(app, childName(app, 'web'), 'web'),
    spec: {
      podSelector: {
        matchLabels: { [LABEL.app]: app.metadata.name },
        matchExpressions: [{ key: LABEL.component, operator: 'In', values: databaseClients() }],
      },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: tcp(WEB_PORT) }, { from: [{ namespaceSelector: {} }], ports: tcp(PROBE_PORT) }],
      egress: [
        // To any address: DNS is served by pods in one cluster, by the node itself in another.
        { ports: dnsPorts.flatMap((port) => [{ port, protocol: 'UDP' }, ...tcp(port)]) },
        databaseKindOf(app).egress(app),
        ...(mail.length === 0 ? [] : [{ ports: tcp(...mail) }]),
      ],
    },
  };
}

/** Where mail may go when the app sends any: the port in the URL, or the usual ones where the URL stands in a Secret or names none. */
function mailPorts(env: readonly V1EnvVar[] = []): number[] {
  const setting = env.find(({ name }) => name === 'SMTP_URL');
  if (setting === undefined) return [];
  const port = Number(URL.parse(setting.value ?? '')?.port ?? '');
  return port > 0 ? [port] : MAIL_PORTS;
}
