import { readFile } from 'node:fs/promises';
import type https from 'node:https';
import { join } from 'node:path';
import type { Connection } from './api-client.ts';

export interface InClusterOptions {
  /** The URL from a pod's `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`. */
  readonly server: string;
  /** The folder where the kubelet mounts the service account. */
  readonly folder?: string;
}

/** Short enough: the kubelet replaces mounted tokens long before they expire. */
const READ_EVERY_MS = 10_000;

/**
 * Connects as the service account of the pod, without a kubeconfig. It reads the mounted token and CA certificates again if they are older
 * than ten seconds, or if the API server has rejected the token.
 */
export class InCluster implements Connection {
  readonly #server: string;
  readonly #folder: string;
  #read: { at: number; token: string; ca: string } | undefined;

  constructor({ server, folder = '/var/run/secrets/kubernetes.io/serviceaccount' }: InClusterOptions) {
    this.#server = server;
    this.#folder = folder;
  }

  getCurrentCluster(): { server: string } {
    return { server: this.#server };
  }

  async applyToHTTPSOptions(options: https.RequestOptions): Promise<void> {
    if (this.#read === undefined || performance.now() - this.#read.at > READ_EVERY_MS) {
      const [token = '', ca = ''] = await Promise.all(
        ['token', 'ca.crt'].map((name) => readFile(join(this.#folder, name), 'utf8')),
      );
      // The API server takes a request with an empty token for an anonymous one: it answers 403, not 401.
      if (token.trim() === '') throw new Error('The token of the service account is empty.');
      this.#read = { at: performance.now(), token: token.trim(), ca };
    }
    options.ca = this.#read.ca;
    options.headers = { ...options.headers, authorization: `Bearer ${this.#read.token}` };
  }

  refused(): void {
    this.#read = undefined;
  }
}
