import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { root } from '../../scripts/cluster/paths.ts';
import { launchBrowser } from '../support/browser.ts';
import { type HostState, hostState } from '../support/host-state.ts';
import { eventually, type KubeObject, type Kubectl } from '../support/kubectl.ts';
import { type Installed, install, removeInstallation } from './install.ts';

/** What all end-to-end tests share: one cluster with the operator in it, one app, one Chromium. */
export interface World extends Installed {
  readonly browser: Browser;
  /** What the machine was like before. */
  readonly before: HostState;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

export interface App extends KubeObject {
  readonly spec: object;
  readonly status?: {
    readonly observedGeneration: number;
    readonly conditions?: readonly Condition[];
    readonly url?: string;
  };
}

export interface Pod extends KubeObject {
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

export const NAMESPACE = 'travel';
export const APP = 'milky-way';
export const READY_WITHIN_MS = 240_000;

let current: World | undefined;

/** The world that the root hooks of hooks.test.ts have set up. */
export function world(): World {
  if (!current) throw new Error('the end-to-end tests have not been set up');
  return current;
}

export async function setUp(): Promise<void> {
  await removeInstallation(); // what a killed run left
  const before = await hostState();
  const installed = await install();
  current = { ...installed, before, browser: await launchBrowser() };
  await installed.kubectl(['apply', '--filename', join(root, 'config', 'samples', 'namespace.yaml')]);
}

export async function tearDown(): Promise<void> {
  await current?.browser.close();
  await current?.remove();
}

/** Declares the app with this spec, and waits until the operator says that it is as declared. */
export async function applyApp(spec: object): Promise<App> {
  await world().kubectl.apply({
    apiVersion: 'interstellar.dev/v1alpha1',
    kind: 'VacationApp',
    metadata: { name: APP, namespace: NAMESPACE },
    spec,
  });
  return readyApp();
}

/** The app, unless a test before has made it; reachable from here. */
export async function ensureApp(): Promise<App> {
  return applyApp({ service: { type: 'NodePort' } });
}

/** The same, with two web pods: an autoscaler may take those away that an earlier test needed. */
export async function ensureAppOfTwo(): Promise<App> {
  return applyApp({ service: { type: 'NodePort' }, replicas: 2 });
}

export async function readyApp(): Promise<App> {
  return eventually('the app is Ready', READY_WITHIN_MS, getApp, (app) => {
    const { generation } = app.metadata as { generation?: number };
    return app.status?.observedGeneration === generation && conditionOf(app, 'Ready')?.status === 'True';
  });
}

export function getApp(): Promise<App> {
  return world().kubectl.get<App>('vacationapp', APP, NAMESPACE);
}

export function conditionOf(app: App, type: string): Condition | undefined {
  return app.status?.conditions?.find((condition) => condition.type === type);
}

/** Where the app's Service answers, at the node's address. */
export async function appUrl(): Promise<string> {
  interface Service extends KubeObject {
    readonly spec: { readonly ports: readonly { readonly nodePort?: number }[] };
  }
  const service = await world().kubectl.get<Service>('service', `${APP}-web`, NAMESPACE);
  const port = service.spec.ports[0]?.nodePort;
  if (port === undefined) throw new Error(`the Service ${APP}-web has no node port`);
  const url = `http://${world().nodeAddress}:${port}`;
  // a node port is there some moments after its pods are ready
  await eventually(
    'the node port answers',
    30_000,
    () => fetch(`${url}/about`),
    ({ ok }) => ok,
  );
  return url;
}

/** The web or MySQL pods that are there and not on their way out. */
export async function pods(component: 'web' | 'mysql'): Promise<Pod[]> {
  const selector = `interstellar.dev/app=${APP},app.kubernetes.io/component=${component}`;
  const found = await world().kubectl.list<Pod>('pods', NAMESPACE, selector);
  return found.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === 'Running');
}

export function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Keeps what tells why a test failed, where CI collects it. */
export async function keepEvidence(title: string): Promise<void> {
  const { kubectl } = world();
  const say = (args: readonly string[]) => kubectl(args).catch((error: unknown) => String(error));
  const texts = [
    await say(['get', 'vacationapps,all,pvc,jobs', '--all-namespaces', '--output', 'wide']),
    await say(['get', 'vacationapps', '--all-namespaces', '--output', 'yaml']),
    await say(['get', 'events', '--all-namespaces', '--sort-by', '.metadata.creationTimestamp']),
    await say(['logs', '--namespace', 'vacation-system', 'deployment/vacation-operator', '--tail', '200']),
    await say([
      'logs',
      '--namespace',
      NAMESPACE,
      '--selector',
      `interstellar.dev/app=${APP}`,
      '--tail',
      '50',
      '--prefix',
    ]),
  ];
  const folder = join(root, 'dist', 'test-results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `e2e-${title.replaceAll(/\W+/g, '-').slice(0, 100)}.txt`), texts.join('\n\n'));
}

export type { Kubectl };
