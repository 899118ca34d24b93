import type { AppModel, AppSummary } from '../model/app-model.ts';

/** What can change of an app, by what it is about. */
export function factsOfApp(app: AppModel): ReadonlyMap<string, string> {
  const pods = [...app.children.flatMap((child) => child.pods ?? []), ...app.otherPods];
  return new Map([
    ...factsOfApps([app]),
    ...app.conditions.map(({ type, status, reason, message }): [string, string] => [
      type,
      `${status} ${reason}: ${message}`,
    ]),
    ...app.children.map(({ kind, name, state }): [string, string] => [
      `${kind}/${name}`,
      state === '' ? 'is there' : state,
    ]),
    ...pods.map(({ name, state, ready, restarts }): [string, string] => [
      `Pod/${name}`,
      `${state} ${ready}${restarts === 0 ? '' : `, ${restarts} restarts`}`,
    ]),
  ]);
}

export const factsOfApps = (apps: readonly AppSummary[]): ReadonlyMap<string, string> =>
  new Map(
    apps.map(({ namespace, name, health, reason, web, message }) => [
      `${namespace}/${name}`,
      [health, reason, web, message].filter(Boolean).join(' '),
    ]),
  );

/** One line for each fact that is new, has changed or is gone. */
export function changeLines(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  now: Date,
): string[] {
  const time = now.toISOString().slice(11, 19);
  const changed = [...after].filter(([what, state]) => before.get(what) !== state);
  const gone = [...before.keys()].filter((what) => !after.has(what));
  return [...changed, ...gone.map((what) => [what, 'gone'] as const)].map(
    ([what, state]) => `${time}  ${what}  ${state}`,
  );
}
