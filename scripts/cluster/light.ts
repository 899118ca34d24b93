import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { apiOf } from './api.ts';
import {
  apiServer,
  AUDIT_POLICY,
  AUDIT_READS,
  type Component,
  controllerManager,
  type ControlPlane,
  etcd,
} from './components.ts';
import { freePorts } from './ports.ts';
import { writePki } from './pki.ts';
import { boundToThis, until } from './run.ts';

export interface Light {
  /** The administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Every write to the API, a JSON object a line. */
  readonly auditLog: string;
  /** Kills the API server, and starts it anew on the same port and data once `meanwhile` is done. */
  readonly restartApiServer: (meanwhile?: () => Promise<void>) => Promise<void>;
  /** Makes etcd forget everything but the present. */
  readonly compact: () => Promise<void>;
  /** Ends the processes and removes their folder. */
  readonly stop: () => Promise<void>;
}

const START_TIMEOUT_MS = 120_000;

export interface LightOptions {
  /** Also the controller manager: with all its controllers, or these. */
  readonly controllerManager?: boolean | readonly string[];
  /** What the audit log holds; all writes unless said otherwise. */
  readonly auditPolicy?: object;
  readonly auditReads?: boolean;
  readonly admissionPlugins?: readonly string[];
}

/**
 * Only etcd, the API server and, if wanted, the controller manager, on free loopback ports: for tests against the API. Runs as
 * any user. Nothing schedules or runs pods here.
 */
export async function startLight(bin: string, options: LightOptions = {}): Promise<Light> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-apiserver-'));
  let processes: ChildProcess[] = [];
  const stop = async () => {
    const running = processes.filter(isRunning);
    const ended = running.map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(ended);
    await rm(folder, { recursive: true, force: true });
  };
  const start = ({ name, program, args }: Component) => {
    const log = openSync(join(folder, `${name}.log`), 'a');
    const child = spawn(...boundToThis(program, args), { stdio: ['ignore', log, log] });
    closeSync(log);
    child.on('error', () => undefined); // told by the wait for the API server
    processes.push(child);
    return child;
  };
  try {
    const plane = await planeIn(folder, bin);
    const server = `https://127.0.0.1:${plane.ports.api}`;
    const { adminKubeconfig } = await writePki(plane.pki, server, '127.0.0.1', 'none', 'light');
    const policy = options.auditPolicy ?? (options.auditReads === true ? AUDIT_READS : AUDIT_POLICY);
    await writeFile(join(folder, 'audit-policy.yaml'), JSON.stringify(policy));
    start(etcd(plane));
    const component = apiServer(plane, {
      'bind-address': '127.0.0.1',
      'endpoint-reconciler-type': 'none',
      'authorization-mode': 'RBAC',
      ...(options.admissionPlugins ? { 'enable-admission-plugins': options.admissionPlugins.join(',') } : {}),
    });
    let apiProcess = start(component);
    const api = await apiOf(adminKubeconfig);
    const answers = async (path: string) => {
      if (!processes.every(isRunning)) throw new Error(`the API server did not start:\n${lastWords(folder)}`);
      return (await api.get(path)).status === 200;
    };
    await until('the API server', START_TIMEOUT_MS, () => answers('/readyz'));
    await until('the namespace default', START_TIMEOUT_MS, () => answers('/api/v1/namespaces/default'));
    const { controllerManager: controllers = false } = options;
    if (Array.isArray(controllers)) {
      // As fast as the API server takes it.
      const unhindered = { 'kube-api-qps': 1_000, 'kube-api-burst': 1_000 };
      start(controllerManager(plane, { controllers: controllers.join(','), ...unhindered }));
    }
    if (controllers === true) {
      start(controllerManager(plane));
      await until('the controller manager', START_TIMEOUT_MS, () =>
        answers('/api/v1/namespaces/default/serviceaccounts/default'),
      );
    }
    return {
      kubeconfig: adminKubeconfig,
      auditLog: join(folder, 'audit.log'),
      restartApiServer: async (meanwhile) => {
        const ended = once(apiProcess, 'exit');
        apiProcess.kill('SIGKILL');
        await ended;
        await meanwhile?.();
        processes = processes.filter((child) => child !== apiProcess);
        apiProcess = start(component);
        await until('the API server', START_TIMEOUT_MS, () => answers('/readyz').catch(() => false));
      },
      compact: () => compact(`http://127.0.0.1:${plane.ports.etcd}`),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function compact(etcdUrl: string): Promise<void> {
  const ask = async (path: string, body: object): Promise<{ header: { revision: string } }> => {
    const response = await fetch(`${etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as { header: { revision: string } };
  };
  const { header } = await ask('range', { key: Buffer.from('none').toString('base64') });
  await ask('compaction', { revision: header.revision, physical: true });
}

async function planeIn(folder: string, bin: string): Promise<ControlPlane> {
  const [api = 0, client = 0, peer = 0, manager = 0] = await freePorts(4);
  await mkdir(join(folder, 'etcd'), { mode: 0o700 });
  return {
    bin,
    pki: join(folder, 'pki'),
    data: join(folder, 'etcd'),
    address: '127.0.0.1',
    ports: { api, etcd: client, etcdPeer: peer, controllerManager: manager },
    auditLog: join(folder, 'audit.log'),
    auditPolicy: join(folder, 'audit-policy.yaml'),
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function lastWords(folder: string): string {
  return ['etcd', 'kube-apiserver', 'kube-controller-manager']
    .map((name) => {
      try {
        return `--- ${name}\n${readFileSync(join(folder, `${name}.log`), 'utf8')
          .split('\n')
          .slice(-8)
          .join('\n')}`;
      } catch {
        return '';
      }
    })
    .join('\n');
}
