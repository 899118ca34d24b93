import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { freePorts } from '../cluster/ports.ts';
import { until } from '../cluster/run.ts';
import { kubectlOf } from './kubectl.ts';
import { demoFolder, type PortForward } from './state.ts';
import type { SampleApp } from './vacation-app.ts';

/** The URL of the app for a browser on this machine: its NodePort if that answers, else a port-forward in the background. */
export async function openAccess(
  cluster: Cluster,
  { metadata }: SampleApp,
  earlier: PortForward | undefined,
): Promise<{ readonly url: string; readonly portForward: PortForward | undefined }> {
  const service = `${metadata.name}-web`;
  const read = ['get', 'service', service, `--namespace=${metadata.namespace}`];
  const nodePort = Number(await kubectlOf(cluster)([...read, '--output=jsonpath={.spec.ports[0].nodePort}']));
  if (nodePort > 0 && (await answersSoon(cluster.nodeAddress, nodePort))) {
    stopPortForward(earlier);
    return { url: `http://${cluster.nodeAddress}:${nodePort}/`, portForward: undefined };
  }
  const target = { namespace: metadata.namespace, object: `service/${service}`, port: 80 };
  const portForward = isRunning(earlier) ? earlier : await startPortForward(cluster, target);
  return { url: `http://127.0.0.1:${portForward.port}/`, portForward };
}

/** The URL of the operator's status page, by a port-forward in the background. It answers on loopback alone. */
export async function openStatusPage(
  cluster: Cluster,
  earlier: PortForward | undefined,
): Promise<{ readonly url: string; readonly portForward: PortForward }> {
  const target = { namespace: 'vacation-system', object: 'deployment/vacation-operator', port: 8082 };
  const portForward = isRunning(earlier) ? earlier : await startPortForward(cluster, target);
  return { url: `http://localhost:${portForward.port}/`, portForward };
}

/** Ends a port-forward and the shell that restarts it. They are one process group. */
export function stopPortForward(portForward: PortForward | undefined): void {
  if (isRunning(portForward)) process.kill(-portForward.pid, 'SIGTERM');
}

interface Target {
  readonly namespace: string;
  /** As kubectl names it, e.g. `service/web`. */
  readonly object: string;
  readonly port: number;
}

async function startPortForward(
  { kubectl }: Cluster,
  { namespace, object, port: targetPort }: Target,
): Promise<PortForward> {
  const [port = 0] = await freePorts(1);
  const log = openSync(join(demoFolder, 'port-forward.log'), 'a');
  // kubectl exits when its pod is gone, so run it in a loop
  const loop = 'while :; do "$@"; sleep 1; done';
  const command = [...kubectl, 'port-forward', `--namespace=${namespace}`, object, `${port}:${targetPort}`];
  const child = spawn('sh', ['-c', loop, 'sh', ...command], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  await until(`a port-forward to ${object}`, 30_000, () => answers('127.0.0.1', port));
  const pid = child.pid ?? 0;
  return { pid, port, startTime: startTimeOf(pid) };
}

/** Whether the process still runs. The start time tells it from a later process with the same pid. */
function isRunning(portForward: PortForward | undefined): portForward is PortForward {
  if (portForward === undefined) return false;
  try {
    process.kill(portForward.pid, 0);
  } catch {
    return false;
  }
  return startTimeOf(portForward.pid) === portForward.startTime;
}

/** The start time in ticks since boot. Empty on systems without /proc. */
function startTimeOf(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[19] ?? ''
    );
  } catch {
    return '';
  }
}

/** Waits for the node port, which may answer a moment after the pods are ready. */
function answersSoon(host: string, port: number): Promise<boolean> {
  const answer = until('the node port', 5_000, () => answers(host, port), 250);
  return answer.then(
    () => true,
    () => false,
  );
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end(true)).on('timeout', () => end(false)).on('error', () => end(false)); // prettier-ignore
  });
}
