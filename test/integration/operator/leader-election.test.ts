import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Kind, KubeObject } from '../../../operator/runtime/kinds.ts';
import { pathOf } from '../../../operator/runtime/kinds.ts';
import { root } from '../../cluster/paths.ts';
import { createWorld, eventually, Scene, type World } from './world.ts';

const LEASE: Kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' };

describe('two operators, as processes of their own', () => {
  let world: World;
  let here: Scene;
  let folder: string;
  const running: ChildProcess[] = [];

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    await world.namespace('travel');
    here = new Scene(world, 'travel');
    folder = await mkdtemp(join(tmpdir(), 'operators-'));
    await writeFile(join(folder, 'kubeconfig'), world.server.kubeconfig, { mode: 0o600 });
  });

  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    await world.stop();
    await rm(folder, { recursive: true });
  });

  function start(name: string): ChildProcess {
    const child = spawn(process.execPath, [join(root, 'dist/operator/main.js')], {
      stdio: 'ignore',
      env: { KUBECONFIG: join(folder, 'kubeconfig'), POD_NAME: name, HEALTH_PORT: '0', METRICS_PORT: '0' },
    });
    running.push(child);
    return child;
  }

  const holder = async (): Promise<string | undefined> => {
    const path = pathOf(LEASE, 'vacation-system', 'vacation-operator');
    const lease = await world.admin.request<KubeObject & { spec: { holderIdentity?: string } }>({
      method: 'GET',
      path,
    });
    return lease.spec.holderIdentity;
  };
  const leads = (name: string): Promise<unknown> => eventually(`${name} leads`, holder, (who) => who === name, 40_000);
  const reconciles = async (app: string): Promise<void> => {
    await here.declare(app, {});
    await here.appWith(app, 'DatabaseReady', 'False', 'DatabaseStarting');
  };

  it('one leads and reconciles, one waits; the one who waits takes over from one that ends politely, and from one that is killed', async () => {
    const first = start('first');
    await leads('first');
    await reconciles('under-first');
    const second = start('second');
    first.kill('SIGTERM');
    const [code] = (await once(first, 'exit')) as [number | null];
    expect(code, 'a polite end').to.equal(0);
    await leads('second');
    await reconciles('under-second');
    start('third');
    second.kill('SIGKILL');
    await leads('third');
    await reconciles('under-third');
  }).timeout(120_000);
});
