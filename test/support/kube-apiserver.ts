import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubernetesBinaries } from '../../scripts/cluster/build.ts';
import { startLight } from '../../scripts/cluster/light.ts';
import { UnavailableError } from '../../scripts/cluster/unavailable.ts';

/** A real API server of a test's own, with etcd behind it. */
export interface KubeApiserver {
  readonly kubeconfigPath: string;
  /** The kubeconfig itself; JSON, which YAML contains. */
  readonly kubeconfig: string;
  /** kubectl with the arguments that lead here, as the administrator. */
  readonly kubectl: readonly [string, ...string[]];
  /** Every write (and read, where `auditReads` asks for them), a JSON object (audit.k8s.io/v1 Event) a line. */
  readonly auditLog: string;
  /** Kills the API server, and starts it anew on the same port and data once `meanwhile` is done. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Makes etcd forget everything but the present. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

export interface KubeApiserverOptions {
  /** Also start the controller manager: garbage collection, and the controllers of Deployments, Jobs and the like; or those named. */
  readonly controllerManager?: boolean | readonly string[];
  /** What the audit log holds; all writes unless said otherwise. */
  readonly auditPolicy?: object;
  /** Log reads too. */
  readonly auditReads?: boolean;
  /** Admission plugins beside those that are on by default. */
  readonly admissionPlugins?: readonly string[];
}

/** Starts etcd and kube-apiserver from KUBEBUILDER_ASSETS where that is set, else from the built-in cluster's binaries. */
export async function startKubeApiserver(options: KubeApiserverOptions = {}): Promise<KubeApiserver> {
  const bin = await binaries(options, process.env.KUBEBUILDER_ASSETS);
  const light = await startLight(bin, options);
  return {
    kubeconfigPath: light.kubeconfig,
    kubeconfig: await readFile(light.kubeconfig, 'utf8'),
    kubectl: [join(bin, 'kubectl'), '--kubeconfig', light.kubeconfig],
    auditLog: light.auditLog,
    restart: light.restartApiServer,
    compact: light.compact,
    stop: light.stop,
  };
}

async function binaries({ controllerManager }: KubeApiserverOptions, assets: string | undefined): Promise<string> {
  if (assets === undefined || assets === '') return kubernetesBinaries();
  const wanted = ['etcd', 'kube-apiserver', ...(controllerManager ? ['kube-controller-manager'] : [])];
  const missing = wanted.filter((name) => !existsSync(join(assets, name)));
  // setup-envtest brings no controller manager
  if (missing.includes('kube-controller-manager') && missing.length === 1) return kubernetesBinaries();
  if (missing.length > 0) {
    throw new UnavailableError(
      `KUBEBUILDER_ASSETS is ${assets}, which lacks ${missing.join(' and ')}: unset it, or install them there.`,
    );
  }
  return assets;
}
