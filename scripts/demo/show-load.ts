import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.ts';
import { step } from '../cluster/progress.ts';
import { UnavailableError } from '../cluster/unavailable.ts';
import { type Autoscaler, progressOf, storyOf, type View, viewOf } from './autoscaler.ts';
import { kubectlOf } from './kubectl.ts';
import { load } from './load.ts';
import type { SampleApp } from './vacation-app.ts';

const CONNECTIONS = 12;
/** The load begins so low that two pods do not mind, and grows as often as the autoscaler looks. */
const RAMP = { from: 50, factor: 1.5, everyMs: 15_000, most: 3_000 };
const LOOK_EVERY_MS = 2_000;
const MEASURED_WITHIN_MS = 180_000;
const ACTS_WITHIN_MS = 300_000;
const READY_WITHIN_MS = 180_000;

/** Raises the load on the app's landing page until its autoscaler has added pods and they are ready. Returns what happened, in words. */
export async function showLoad(cluster: Cluster, { metadata }: SampleApp, url: string): Promise<string> {
  const { name, namespace } = metadata;
  const look = lookAt(cluster, name, namespace);
  // A new autoscaler wants no pods until it has measured some.
  const started = await step('Waiting until the autoscaler has measured the web pods', async () => {
    let seen = await look();
    await reached('measure its pods', MEASURED_WITHIN_MS, async () => {
      seen = await look();
      return seen.view.cpuPercent !== undefined && seen.view.wanted > 0;
    });
    return seen;
  });
  const from = started.view.wanted;
  if (from >= started.view.most) {
    throw new UnavailableError(
      `${name} already has the most web pods that it may have (${from}): wait until it has fewer.`,
    );
  }
  return step('Raising the load until the autoscaler acts', async (report) => {
    const begun = performance.now();
    const seconds = (since: number) => Math.round((performance.now() - since) / 1000);
    let rate = RAMP.from;
    const ended = new AbortController();
    const running = load({ url, connections: CONNECTIONS, ratePerSecond: () => rate }, ended.signal);
    let { view } = started;
    const see = async (): Promise<View> => {
      view = (await look()).view;
      report(progressOf(view, rate));
      return view;
    };
    try {
      let raised = performance.now();
      await reached('act', ACTS_WITHIN_MS, async () => {
        if ((await see()).wanted > from) return true;
        if (performance.now() - raised >= RAMP.everyMs && rate < RAMP.most) {
          rate = Math.min(Math.round(rate * RAMP.factor), RAMP.most);
          raised = performance.now();
        }
        return false;
      });
      const acted = performance.now();
      const seen = view;
      await reached('see its pods ready', READY_WITHIN_MS, async () => {
        const { ready, wanted } = await see();
        return ready > from && ready >= wanted;
      });
      const growth = {
        ...{ name, namespace, from, to: view.ready, seen, ratePerSecond: rate, calmSeconds: started.calmSeconds },
        actedAfterSeconds: Math.round((acted - begun) / 1000),
        readyAfterSeconds: seconds(acted),
      };
      ended.abort();
      return storyOf({ ...growth, load: await running });
    } finally {
      ended.abort();
      await running;
    }
  });

  async function reached(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
    const begun = performance.now();
    while (!(await holds())) {
      if (performance.now() - begun > withinMs) {
        throw new UnavailableError(
          `The autoscaler did not ${what} within ${withinMs / 1000} s. A busy machine answers too few requests: try again when it is idle. Else see kubectl describe hpa ${name}-web --namespace ${namespace}`,
        );
      }
      await sleep(LOOK_EVERY_MS);
    }
  }
}

function lookAt(cluster: Cluster, name: string, namespace: string) {
  const kubectl = kubectlOf(cluster);
  const read = async <T>(kind: string, object: string): Promise<T | undefined> => {
    const text = await kubectl([
      'get',
      kind,
      object,
      `--namespace=${namespace}`,
      '--ignore-not-found',
      '--output=json',
    ]);
    return text.trim() === '' ? undefined : (JSON.parse(text) as T);
  };
  return async (): Promise<{ readonly view: View; readonly calmSeconds: number }> => {
    const [autoscaler, app] = await Promise.all([
      read<Autoscaler>('horizontalpodautoscaler', `${name}-web`),
      read<SampleApp>('vacationapp', name),
    ]);
    if (autoscaler === undefined) {
      throw new UnavailableError(
        `${name} has no autoscaler: remove spec.replicas, and set spec.mode to Running and spec.autoscaling.mode to Managed.`,
      );
    }
    return {
      view: viewOf(autoscaler, app?.status?.web?.ready ?? 0),
      calmSeconds: autoscaler.spec.behavior?.scaleDown?.stabilizationWindowSeconds ?? 300,
    };
  };
}
