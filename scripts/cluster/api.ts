import { request } from 'node:https';
import { readFile } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';

/** The few requests that starting a cluster takes, as the administrator of a kubeconfig that this project wrote. */
export interface Api {
  /** The answer's status and body; status 0 where nothing answers (yet). */
  get(path: string): Promise<{ readonly status: number; readonly body: string }>;
}

export async function apiOf(kubeconfig: string): Promise<Api> {
  const { clusters, users } = JSON.parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString();
  const { server = '', 'certificate-authority-data': ca } = clusters[0]?.cluster ?? {};
  const user = users[0]?.user ?? {};
  const tls = {
    ca: decode(ca),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
  new X509Certificate(tls.ca); // throws at once on a damaged file
  return {
    get: (path) =>
      new Promise((resolve) => {
        const asked = request(new URL(path, server), { ...tls, agent: false, timeout: 2000 }, (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
          response.on('error', () => resolve({ status: 0, body: '' }));
        });
        asked.on('timeout', () => asked.destroy());
        asked.on('error', () => resolve({ status: 0, body: '' }));
        asked.end();
      }),
  };
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}
