import { APPS } from './cluster/read-world.ts';
import type { Cluster } from './cluster/cluster.ts';
import { failureOf } from './cluster/failure.ts';
import type { Context } from './context.ts';
import { PluginError } from './exit-code.ts';
import { isStalledNow, pendingOf, type Goal } from './model/goal.ts';
import { scrubberOfApps } from './report/known.ts';
import type { VacationApp } from '../api/vacation-app.ts';
import { adviceOf } from '../api/reasons.ts';

export interface AppName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Waits until the goal is met, and tells on the way what is waited for.
 *
 * @throws PluginError `timedOut`, `stalled` or `notFound`.
 */
export async function waitFor(
  goal: Goal,
  { namespace, name }: AppName,
  seconds: number,
  { cluster, context }: { readonly cluster: Cluster; readonly context: Context },
): Promise<void> {
  const { terminal, signal, now } = context;
  const start = now().getTime();
  // Ends by the clock, also while nothing changes.
  const deadline = seconds === 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  const selection = { kind: APPS, namespace, fieldSelector: `metadata.name=${name}` };
  let pending = '';
  const look = async (): Promise<boolean> => {
    const app = await find(cluster, { namespace, name });
    if (goal.isMet(app)) return true;
    if (app === undefined) {
      throw new PluginError('notFound', `vacationapps "${name}" not found in namespace ${namespace}`);
    }
    const before = pending;
    pending = scrubberOfApps([app]).text(pendingOf(app, goal));
    if (goal.endsStalled && isStalledNow(app)) {
      throw new PluginError('stalled', `${name} is Stalled, somebody has to act: ${pending}${advice(app)}`);
    }
    const elapsed = `${Math.round((now().getTime() - start) / 1000)}s`.padStart(5);
    if (pending !== before) terminal.error(`${elapsed}  waiting for ${goal.what}: ${pending}\n`);
    return false;
  };
  const isMet = seconds === 0 ? await look() : await cluster.follow([selection], deadline, look);
  if (isMet || signal.aborted) return;
  throw new PluginError('timedOut', `timed out waiting for ${goal.what} of ${name}: ${pending}`);
}

function advice(app: VacationApp): string {
  const reason = app.status?.conditions?.find(({ type }) => type === 'Stalled')?.reason;
  const found = reason === undefined ? undefined : adviceOf(reason);
  return found === undefined ? '' : `\n→ ${found}`;
}

async function find(cluster: Cluster, { namespace, name }: AppName): Promise<VacationApp | undefined> {
  try {
    return await cluster.get<VacationApp>(APPS, namespace, name);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.outcome === 'notFound') return undefined;
    throw failure;
  }
}
