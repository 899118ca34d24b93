import { expect } from 'chai';
import { AutoscalerSizes, type Size } from '../../../../operator/status-page/model/autoscaler-sizes.ts';
import { sizePlot } from '../../../../operator/status-page/model/size-plot.ts';
import { durationOf, shownTime } from '../../../../operator/status-page/model/times.ts';
import { appStores } from '../../../support/app-controller.ts';
import { put } from '../../../support/status-page.ts';
import { anAutoscaler, aVacationApp } from '../../../support/vacation-app.ts';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';

const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 1, 12, minute));
const aSize = (minute: number, current: number, desired = current): Size => ({
  at: at(minute),
  current,
  desired,
  min: 2,
  max: 10,
});

describe('the plot of an autoscaler', () => {
  it('is none without sizes', () => {
    expect(sizePlot([], at(0))).to.equal(undefined);
  });

  it('has steps from the first size until now', () => {
    const plot = sizePlot([aSize(0, 2), aSize(5, 2, 6), aSize(6, 6)], at(10));
    expect(plot?.current).to.equal('M28 112H330V112H390.4V60H632');
    expect(plot?.desired).to.equal('M28 112H330V60H390.4V60H632');
    expect(plot?.bounds).to.deep.equal([
      { value: 2, y: 112 },
      { value: 10, y: 8 },
    ]);
    expect(plot?.summary).to.equal(
      '6 web pods now, 6 wanted; between 2 and 6 since this replica started; bounds 2 to 10',
    );
  });

  it('has a line where nothing has changed yet, at the very start', () => {
    expect(sizePlot([aSize(0, 2)], at(0))?.current).to.equal('M28 112H632');
  });
});

describe('the sizes of autoscalers', () => {
  const autoscaler = (current: number): KubeObject => ({
    ...(anAutoscaler() as KubeObject),
    kind: 'HorizontalPodAutoscaler',
    ...({ status: { currentReplicas: current, desiredReplicas: current } } as object),
  });

  it('are kept when they change, until the app is gone', () => {
    const stores = appStores();
    let minute = 0;
    const sizes = new AutoscalerSizes(stores, () => at(minute));
    put(stores, aVacationApp(), 1);
    for (const current of [2, 2, 5]) {
      minute += 1;
      put(stores, autoscaler(current), minute + 1);
    }
    const known = sizes.of('travel/milky-way').map((size) => [size.at.getUTCMinutes(), size.current]);
    expect(known).to.deep.equal([[1, 2], [3, 5]]); // prettier-ignore
    stores.get('VacationApp')?.observe('DELETED', { ...aVacationApp(), metadata: { ...aVacationApp().metadata, resourceVersion: '9' } }); // prettier-ignore
    expect(sizes.of('travel/milky-way')).to.deep.equal([]);
  });

  it('end with the autoscaler', () => {
    const stores = appStores();
    const sizes = new AutoscalerSizes(stores, () => at(0));
    put(stores, autoscaler(2), 1);
    const { metadata } = autoscaler(2);
    stores.get('HorizontalPodAutoscaler')?.observe('DELETED', { ...autoscaler(2), metadata: { ...metadata, resourceVersion: '2' } }); // prettier-ignore
    expect(sizes.of('travel/milky-way')).to.deep.equal([]);
  });

  it('are at most 200', () => {
    const stores = appStores();
    const sizes = new AutoscalerSizes(stores, () => at(0));
    for (let version = 1; version <= 300; version += 1) put(stores, autoscaler(version), version);
    const known = sizes.of('travel/milky-way');
    expect([known.length, known.at(-1)?.current]).to.deep.equal([200, 300]);
  });
});

describe('times on pages', () => {
  for (const [seconds, text] of [
    [-3, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [7_199, '1 h'],
    [200_000, '2 d'],
  ] as const) {
    it(`show ${seconds} seconds as ${text}`, () => {
      expect(durationOf(seconds)).to.equal(text);
    });
  }

  it('are none where there is none', () => {
    expect(shownTime(undefined, at(0))).to.equal(undefined);
  });
});
