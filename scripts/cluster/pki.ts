import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificate, createAuthority, createSigningKey, issue, type Subject } from './certificates.ts';

export interface Pki {
  readonly folder: string;
  /** The administrator's kubeconfig. */
  readonly adminKubeconfig: string;
  readonly ca: string;
}

/**
 * Certificates and kubeconfigs of one cluster: `NAME.crt` and `NAME.key` of every part, `NAME.conf` of those that are
 * clients of the API server.
 */
export async function writePki(
  folder: string,
  server: string,
  address: string,
  node: string,
  context: string,
): Promise<Pki> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string) => writeFile(join(folder, name), content, { mode: 0o600 });
  const writePair = async (name: string, pair: Certificate) => {
    await write(`${name}.crt`, pair.certificate);
    await write(`${name}.key`, pair.key);
  };
  const authority = createAuthority('ca');
  const frontProxyAuthority = createAuthority('front-proxy-ca');
  const signing = createSigningKey();
  await writePair('ca', authority);
  await writePair('front-proxy-ca', frontProxyAuthority);
  await write('sa.key', signing.key);
  await write('sa.pub', signing.publicKey);
  await writePair('front-proxy-client', issue(frontProxyAuthority, { commonName: 'front-proxy-client' }));

  for (const [name, subject] of Object.entries(subjects(address, node))) {
    const pair = issue(authority, subject);
    await writePair(name, pair);
    await write(`${name}.conf`, kubeconfig(context, server, authority.certificate, pair));
  }
  return { folder, adminKubeconfig: join(folder, 'admin.conf'), ca: authority.certificate };
}

/** The first address of the Service network: the API server's own Service. */
export const KUBERNETES_SERVICE_IP = '10.96.0.1';

function subjects(address: string, node: string): Record<string, Subject> {
  const service = 'kubernetes.default.svc';
  return {
    apiserver: {
      commonName: 'kube-apiserver',
      hosts: [
        'kubernetes',
        'kubernetes.default',
        service,
        `${service}.cluster.local`,
        'localhost',
        KUBERNETES_SERVICE_IP,
        '127.0.0.1',
        address,
      ],
    },
    'kubelet-client': { organization: 'system:masters', commonName: 'kube-apiserver-kubelet-client' },
    'kubelet-server': {
      organization: 'system:nodes',
      commonName: `system:node:${node}`,
      hosts: [node, address, '127.0.0.1'],
    },
    admin: { organization: 'system:masters', commonName: 'admin' },
    'controller-manager': { commonName: 'system:kube-controller-manager' },
    scheduler: { commonName: 'system:kube-scheduler' },
    kubelet: { organization: 'system:nodes', commonName: `system:node:${node}` },
    'kube-proxy': { commonName: 'system:kube-proxy' },
    coredns: { commonName: 'system:coredns' },
    'metrics-server': { commonName: 'system:metrics-server', hosts: ['metrics-server.kube-system.svc', address] },
    provisioner: { commonName: 'system:local-path' },
    netpol: { commonName: 'system:netpol' },
  };
}

/** JSON, which YAML contains. */
function kubeconfig(name: string, server: string, ca: string, { certificate, key }: Certificate): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name, user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
