import { openCluster, removeCluster } from '../cluster/cluster.ts';
import { names } from '../cluster/built-in.ts';
import { root } from '../cluster/paths.ts';
import { step } from '../cluster/progress.ts';
import { join } from 'node:path';
import { stopPortForward } from './access.ts';
import { kubectlOf } from './kubectl.ts';
import { readState, removeState } from './state.ts';
import { DEMO, samples } from './up.ts';

/** Removes the cluster of the demo, or what it installed in an existing cluster. Built images and programs stay in the cache. */
export async function demoDown(): Promise<void> {
  const { cluster: kind, context, portForward, statusForward } = await readState();
  for (const each of [portForward, statusForward]) stopPortForward(each);
  if (kind === undefined && !names().includes(DEMO)) {
    console.log('There is no demo to remove.');
    return;
  }
  await step('Removing the demo', async (report) => {
    if (kind === 'existing') await uninstall(context, report);
    else await removeCluster(kind ?? 'built-in', DEMO);
    await removeState();
  });
}

async function uninstall(context: string | undefined, report: (text: string) => void): Promise<void> {
  const kubectl = kubectlOf(await openCluster({ name: DEMO, context }));
  for (const folder of [samples, join(root, 'config', 'default')]) {
    await kubectl(['delete', '--ignore-not-found', '--wait', '--timeout=180s', '--kustomize', folder], {
      onLine: report,
    });
  }
}
