import type { Condition } from '../../api/conditions.ts';
import { isPaused } from '../../api/paused.ts';
import { CONDITION, type VacationApp } from '../../api/vacation-app.ts';

/** What is waited for. `app` is undefined where there is none. */
export interface Goal {
  /** For messages: `Ready`, `Exposed=False`. */
  readonly what: string;
  isMet(app: VacationApp | undefined): boolean;
  /** Whether a Stalled app ends the waiting, because waiting does not help it. */
  readonly endsStalled: boolean;
}

const TYPES = Object.values(CONDITION);

const conditionOf = (app: VacationApp | undefined, type: string): Condition | undefined =>
  app?.status?.conditions?.find((condition) => condition.type === type);

const isTrue = (app: VacationApp | undefined, type: string): boolean => conditionOf(app, type)?.status === 'True';

/** Whether the operator has answered the current spec. */
export const isObserved = ({ metadata, status }: VacationApp): boolean =>
  (status?.observedGeneration ?? -1) >= (metadata.generation ?? 0);

/** `TYPE`, `TYPE=STATUS`, `condition=TYPE`, `condition=TYPE=STATUS`, `Hibernated` or `delete`, in any case. undefined: it is none of them. */
export function goalOf(text: string): Goal | undefined {
  const [name = '', wanted = 'True', ...rest] = text.replace(/^condition=/i, '').split('=');
  if (rest.length > 0) return undefined;
  if (/^deleted?$/i.test(text)) return { what: 'delete', isMet: (app) => app === undefined, endsStalled: false };
  if (/^hibernated$/i.test(text)) return hibernated;
  const type = TYPES.find((one) => one.toLowerCase() === name.toLowerCase());
  const status = ['True', 'False', 'Unknown'].find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (type === undefined || status === undefined) return undefined;
  return {
    what: status === 'True' ? type : `${type}=${status}`,
    isMet: (app) => {
      if (app === undefined || !isObserved(app)) return false;
      const condition = conditionOf(app, type);
      // These two are there only while they are true.
      const isAbsent = condition === undefined && (type === CONDITION.stalled || type === CONDITION.reconciling);
      return condition?.status === status || (isAbsent && status === 'False');
    },
    endsStalled: type !== CONDITION.stalled && type !== CONDITION.reconciling && status === 'True',
  };
}

/** What `--for` takes. */
export const GOAL_NAMES: readonly string[] = [...TYPES, 'Hibernated', 'delete'];

export const ready: Goal = {
  what: CONDITION.ready,
  isMet: (app) => app !== undefined && isObserved(app) && isTrue(app, CONDITION.ready),
  endsStalled: true,
};

export const hibernated: Goal = {
  what: 'Hibernated',
  isMet: (app) => ready.isMet(app) && app?.spec.mode === 'Hibernated',
  endsStalled: true,
};

/** Every web pod was replaced for this value of the restart annotation. */
export const restarted = (value: string): Goal => ({
  what: 'the restart of the web pods',
  isMet: (app) => app?.status?.lastHandled?.restart === value && isTrue(app, CONDITION.ready),
  endsStalled: true,
});

export const updated: Goal = {
  what: 'the update',
  isMet: (app) =>
    conditionOf(app, CONDITION.updateAvailable)?.status === 'False' &&
    isTrue(app, CONDITION.ready) &&
    !isTrue(app, CONDITION.reconciling),
  endsStalled: true,
};

export const isStalledNow = (app: VacationApp | undefined): boolean =>
  app !== undefined && isObserved(app) && isTrue(app, CONDITION.stalled);

/** What keeps the goal from being met, in one line. */
export function pendingOf(app: VacationApp | undefined, goal: Goal): string {
  if (app === undefined) return 'there is no such app';
  const conditions = app.status?.conditions ?? [];
  if (!isObserved(app) && isPaused(app)) return 'the app is paused, so the operator does not act on its latest spec';
  if (!isObserved(app)) {
    return 'the operator has not answered the latest spec. If this stays, check that it runs and watches this namespace';
  }
  const own = conditions.find(({ type, status }) => type === goal.what && status !== 'True');
  const rank = [CONDITION.stalled, CONDITION.reconciling] as readonly string[];
  const root = conditions.find(({ type, status }) => rank.includes(type) && status === 'True');
  const said = own ?? root ?? conditions.find(({ type }) => type === CONDITION.ready);
  const { web } = app.status ?? {};
  const pods =
    web === undefined || web.desired === 0
      ? ''
      : ` (web pods: ${web.ready} ready and ${web.updated} updated of ${web.desired})`;
  return said === undefined ? 'the condition is not there' : `${said.reason}: ${said.message}${pods}`;
}
