import type { AppModel } from '../model/app-model.ts';
import type { ChildModel } from '../model/child-model.ts';
import type { ConditionModel } from '../model/condition-model.ts';
import type { PodModel } from '../model/pod-model.ts';
import { ageOf } from './age.ts';
import type { Style } from './mark.ts';
import { treeLines, type Node } from './tree.ts';
import { wrapped } from './wrap.ts';

export interface TreeOptions {
  readonly now: Date;
  readonly style: Style;
  readonly isWide: boolean;
  /** Of the terminal. */
  readonly columns: number;
}

/** The headings, and the components that stand under them. What has another component stands under the last. */
const GROUPS: readonly { readonly title: string; readonly components: readonly string[] }[] = [
  { title: 'Credentials', components: ['credentials'] },
  { title: 'Database', components: ['mysql', 'check'] },
  { title: 'Schema', components: ['migration'] },
  { title: 'Web', components: ['web'] },
  { title: 'Others', components: [] },
];
const FEWEST_COLUMNS = 40;

/** One app as a tree: its conditions with what to do about each, then its children and their pods. */
export function statusLines(app: AppModel, options: TreeOptions): string[] {
  const { style, now } = options;
  const { health, mark, namespace, name, reason, url, created } = app;
  const facts = [
    style.mark(mark, health === reason || reason === '' ? health : `${health} (${reason})`),
    ...(app.isPaused ? [style.mark('busy', 'paused')] : []),
    ...(app.isObserved ? [] : [style.mark('busy', 'the operator has not answered the latest spec')]),
    ...(app.web === '' ? [] : [`web ${app.web}`]),
    ...(url === '' ? [] : [url]),
    style.dim(ageOf(created, now)),
  ];
  const below = [
    conditionsNode(app, options),
    ...childNodes(app, options),
    ...driftNodes(app, options),
    ...refusalNodes(app),
  ];
  return treeLines({ text: `${style.strong(`${namespace}/${name}`)}  ${facts.join('  ')}`, below });
}

function conditionsNode({ conditions, message }: AppModel, options: TreeOptions): Node {
  if (conditions.length === 0) return { text: options.style.mark('busy', message) };
  const told = new Set<string>();
  return {
    text: 'Conditions',
    below: conditions.map((condition) => {
      // Ready, Stalled and the gate behind them say the same: it is written once.
      const isTold = told.has(condition.message);
      told.add(condition.message);
      return { text: conditionText(condition, isTold, options) };
    }),
  };
}

function conditionText(condition: ConditionModel, isTold: boolean, { style, now, columns }: TreeOptions): string {
  const { type, status, reason, message, advice, mark, since, isCurrent } = condition;
  const head = `${style.mark(mark)} ${type}=${status}  ${style.mark(mark, reason)}  ${style.dim(ageOf(since, now))}`;
  const old = isCurrent ? '' : style.dim('  (of an earlier spec)');
  const width = Math.max(FEWEST_COLUMNS, columns - 10);
  const indented = (text: string): string[] =>
    wrapped(text, width)
      .split('\n')
      .map((line) => `  ${line}`);
  if (mark === 'good' || (mark === 'quiet' && advice === undefined) || isTold) return head + old;
  const lines = [
    ...indented(message),
    ...(advice === undefined ? [] : indented(`→ ${advice}`).map((line) => style.dim(line))),
  ];
  return [head + old, ...lines].join('\n');
}

function childNodes({ children, otherPods }: AppModel, options: TreeOptions): Node[] {
  const groupOf = (component: string): string =>
    (GROUPS.find(({ components }) => components.includes(component)) ?? GROUPS.at(-1))?.title ?? '';
  return GROUPS.flatMap(({ title }) => {
    const below = [
      ...children.filter(({ component }) => groupOf(component) === title).map((child) => childNode(child, options)),
      ...otherPods.filter(({ component }) => groupOf(component) === title).map((pod) => podNode(pod, options)),
    ];
    return below.length === 0 ? [] : [{ text: title, below }];
  });
}

function childNode({ kind, name, state, mark, pods = [] }: ChildModel, options: TreeOptions): Node {
  const { style } = options;
  return {
    text: `${style.mark(mark)} ${kind}/${name}${state === '' ? '' : `  ${style.mark(mark, state)}`}`,
    below: pods.map((pod) => podNode(pod, options)),
  };
}

function podNode(pod: PodModel, { style, now, isWide, columns }: TreeOptions): Node {
  const { name, state, mark, ready, restarts, created, node, images, words } = pod;
  const facts = [
    `${style.mark(mark)} Pod/${name}`,
    style.mark(mark, state),
    ready,
    ...(restarts === 0 ? [] : [style.mark('busy', `${restarts} restart${restarts === 1 ? '' : 's'}`)]),
    ...(isWide ? [...images, ...(node === undefined ? [] : [`on ${node}`])] : []),
    style.dim(ageOf(created, now)),
  ];
  const said =
    words === undefined || mark === 'good' ? [] : wrapped(words, Math.max(FEWEST_COLUMNS, columns - 16)).split('\n');
  return { text: [facts.join('  '), ...said.map((line) => `  ${line}`)].join('\n') };
}

function driftNodes({ drift }: AppModel, { now, style }: TreeOptions): Node[] {
  if (drift.length === 0) return [];
  const below = drift.map(({ object, field, manager, count, time }) => ({
    text: `${object} ${field === '*' ? '(deleted)' : field} by ${manager}, put back ${count} ${count === 1 ? 'time' : 'times'}  ${style.dim(ageOf(time, now))}`,
  }));
  return [{ text: 'Corrected drift', below }];
}

function refusalNodes({ refusals }: AppModel): Node[] {
  if (refusals.length === 0) return [];
  return [{ text: 'Not looked at', below: refusals.map(({ kind, words }) => ({ text: `${kind}: ${words}` })) }];
}
