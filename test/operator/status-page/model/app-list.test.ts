import { expect } from 'chai';
import { ANNOTATION, type VacationApp } from '../../../../operator/api/vacation-app.ts';
import { appList, PAGE_SIZE, type ListFilter } from '../../../../operator/status-page/model/app-list.ts';
import { causeOf, healthOf } from '../../../../operator/status-page/model/health.ts';
import { aVacationApp } from '../../../support/vacation-app.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const ALL: ListFilter = { namespace: '', state: '', text: '', page: 1 };

type Told = readonly (readonly [type: string, status: 'True' | 'False', reason: string])[];

function anApp(name: string, told: Told, metadata: Partial<VacationApp['metadata']> = {}): VacationApp {
  const conditions = told.map(([type, status, reason]) => ({
    type,
    status,
    reason,
    message: `words of ${reason}`,
    observedGeneration: 1,
    lastTransitionTime: '2026-03-01T11:00:00Z',
  }));
  const created = new Date('2026-03-01T10:00:00Z');
  return aVacationApp({
    metadata: { name, uid: name, creationTimestamp: created, ...metadata },
    status: { observedGeneration: 1, conditions },
  });
}

const READY: Told = [['Ready', 'True', 'Available']];
const STALLED: Told = [['Ready', 'False', 'ImagePullFailed'], ['Stalled', 'True', 'ImagePullFailed']]; // prettier-ignore
const WAITING: Told = [['Ready', 'False', 'DatabaseStarting'], ['Reconciling', 'True', 'DatabaseStarting']]; // prettier-ignore
const CONTESTED: Told = [['Ready', 'True', 'Available'], ['Reconciling', 'True', 'FieldContested']]; // prettier-ignore

describe('the health of an app', () => {
  for (const [title, app, health, reason] of [
    ['new', aVacationApp(), 'New', undefined],
    ['waiting', anApp('a', WAITING), 'Reconciling', 'DatabaseStarting'],
    ['stalled', anApp('a', STALLED), 'Stalled', 'ImagePullFailed'],
    ['contested, though it serves', anApp('a', CONTESTED), 'Reconciling', 'FieldContested'],
    ['ready', anApp('a', READY), 'Ready', 'Available'],
    ['hibernated', anApp('a', [['Ready', 'True', 'Hibernated']]), 'Hibernated', 'Hibernated'],
    ['deleting', anApp('a', READY, { deletionTimestamp: NOW }), 'Deleting', 'Available'],
  ] as const) {
    it(`is ${health} when it is ${title}`, () => {
      expect(healthOf(app)).to.equal(health);
      expect(causeOf(app)?.reason).to.equal(reason);
    });
  }
});

describe('the list of apps', () => {
  const apps = [
    anApp('beta', READY),
    anApp('alpha', READY, { namespace: 'zoo' }),
    anApp('gamma', STALLED),
    anApp('delta', WAITING, { annotations: { [ANNOTATION.paused]: 'true' } }),
  ];
  const names = (filter: Partial<ListFilter>): string[] =>
    appList(apps, { ...ALL, ...filter }, NOW).apps.map(({ name }) => name);

  it('has the most urgent first', () => {
    expect(names({})).to.deep.equal(['gamma', 'delta', 'beta', 'alpha']);
  });

  it('is filtered by namespace, state and text', () => {
    expect(names({ namespace: 'zoo' })).to.deep.equal(['alpha']);
    expect(names({ state: 'Ready' })).to.deep.equal(['beta', 'alpha']);
    expect(names({ text: 'IMAGEpull' })).to.deep.equal(['gamma']);
    expect(names({ text: 'zoo/al' })).to.deep.equal(['alpha']);
    expect(names({ text: 'nothing' })).to.deep.equal([]);
  });

  it('counts the states of what the other filters leave', () => {
    const { counts } = appList(apps, { ...ALL, namespace: 'travel', state: 'Ready' }, NOW);
    expect(counts.map(({ health, count }) => [health, count])).to.deep.equal([
      ['Stalled', 1],
      ['Reconciling', 1],
      ['Ready', 1],
    ]);
  });

  it('shows an app in a few words', () => {
    const [first] = appList([apps[3] ?? aVacationApp()], ALL, NOW).apps;
    expect(first).to.deep.equal({
      namespace: 'travel',
      name: 'delta',
      health: 'Reconciling',
      tone: 'busy',
      isPaused: true,
      reason: 'DatabaseStarting',
      message: 'words of DatabaseStarting',
      web: '',
      database: '',
      created: { iso: '2026-03-01T10:00:00.000Z', age: '2 h' },
    });
  });

  it('has pages of 100, and the last page for a number that is too high', () => {
    const many = Array.from({ length: 250 }, (_, index) => anApp(`app-${String(index).padStart(3, '0')}`, READY));
    const page = (number: number): unknown[] => {
      const list = appList(many, { ...ALL, page: number }, NOW);
      return [list.pages, list.filter.page, list.matching, list.apps.length, list.apps[0]?.name];
    };
    expect(page(1)).to.deep.equal([3, 1, 250, PAGE_SIZE, 'app-000']);
    expect(page(3)).to.deep.equal([3, 3, 250, 50, 'app-200']);
    expect(page(9)).to.deep.equal([3, 3, 250, 50, 'app-200']);
  });
});
