import { join } from 'node:path';

/** A process of a cluster: what to run, by the name of its log and pid file. */
export interface Component {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** What the control plane is started with. */
export interface ControlPlane {
  readonly bin: string;
  readonly pki: string;
  readonly data: string;
  /** Where the API server listens, and what it advertises. */
  readonly address: string;
  readonly ports: {
    readonly api: number;
    readonly etcd: number;
    readonly etcdPeer: number;
    readonly controllerManager: number;
  };
  readonly auditLog?: string | undefined;
  readonly auditPolicy?: string | undefined;
}

export const SERVICE_NETWORK = '10.96.0.0/16';

export function etcd({ bin, data, ports }: ControlPlane): Component {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return component('etcd', join(bin, 'etcd'), {
    'data-dir': data,
    'unsafe-no-fsync': true, // a test cluster's state need not outlive a power cut
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'log-level': 'warn',
  });
}

export function apiServer(plane: ControlPlane, more: Flags = {}): Component {
  const { bin, pki, address, ports, auditLog, auditPolicy } = plane;
  return component('kube-apiserver', join(bin, 'kube-apiserver'), {
    'etcd-servers': `http://127.0.0.1:${ports.etcd}`,
    'advertise-address': address,
    'secure-port': ports.api,
    'service-cluster-ip-range': SERVICE_NETWORK,
    'client-ca-file': join(pki, 'ca.crt'),
    'tls-cert-file': join(pki, 'apiserver.crt'),
    'tls-private-key-file': join(pki, 'apiserver.key'),
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': join(pki, 'sa.pub'),
    'service-account-signing-key-file': join(pki, 'sa.key'),
    'requestheader-client-ca-file': join(pki, 'front-proxy-ca.crt'),
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': join(pki, 'front-proxy-client.crt'),
    'proxy-client-key-file': join(pki, 'front-proxy-client.key'),
    profiling: false,
    ...(auditLog === undefined || auditPolicy === undefined
      ? {}
      : { 'audit-log-path': auditLog, 'audit-policy-file': auditPolicy }),
    ...more,
  });
}

export function controllerManager({ bin, pki, ports }: ControlPlane, more: Flags = {}): Component {
  return component('kube-controller-manager', join(bin, 'kube-controller-manager'), {
    ...asClient(pki, 'controller-manager'),
    'use-service-account-credentials': true,
    'service-account-private-key-file': join(pki, 'sa.key'),
    'root-ca-file': join(pki, 'ca.crt'),
    'cluster-signing-cert-file': join(pki, 'ca.crt'),
    'cluster-signing-key-file': join(pki, 'ca.key'),
    'requestheader-client-ca-file': join(pki, 'front-proxy-ca.crt'),
    'secure-port': ports.controllerManager,
    'bind-address': '127.0.0.1',
    'leader-elect': false,
    ...more,
  });
}

export type Flags = Readonly<Record<string, string | number | boolean>>;

export function component(name: string, program: string, flags: Flags, ...words: string[]): Component {
  return { name, program, args: [...words, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)] };
}

/** How a component says who it is, and asks the API server who others are. */
export function asClient(pki: string, name: string): Flags {
  const kubeconfig = join(pki, `${name}.conf`);
  return { kubeconfig, 'authentication-kubeconfig': kubeconfig, 'authorization-kubeconfig': kubeconfig };
}

/** Writes only, and of Secrets and ConfigMaps only who and what: a log to count and read a controller's writes in. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'None', resources: [{ group: 'authentication.k8s.io' }, { group: 'authorization.k8s.io' }] },
    {
      level: 'Metadata',
      resources: [
        { group: '', resources: ['secrets', 'configmaps', 'serviceaccounts/token'] },
        { group: 'coordination.k8s.io' },
      ],
    },
    { level: 'Request' },
  ],
};

/** Reads and writes: who did what, and whether it was allowed. */
export const AUDIT_READS = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};
