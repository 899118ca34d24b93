import { expect } from 'chai';
import { systemClock } from '../../../../operator/runtime/clock.ts';
import { Drift, pauseAfter, WHOLE_OBJECT, type OwnerDrift } from '../../../../operator/runtime/apply/drift.ts';
import { anObject } from '../../../support/kube-objects.ts';

const SELECTOR = { object: 'Service/web', field: 'spec.selector', manager: 'kubectl-edit' };

describe('drift', () => {
  let elapsed: number;
  let drift: Drift;
  let ours: OwnerDrift;

  beforeEach(() => {
    elapsed = 0;
    drift = new Drift({
      clock: { ...systemClock, now: () => elapsed },
      now: () => new Date(Date.UTC(2026, 2, 1) + elapsed),
    });
    ours = drift.of(anObject(1, { uid: 'a' }));
  });

  const seconds = (count: number): void => {
    elapsed += count * 1_000;
  };
  const isBackedOff = (): boolean => ours.isBackedOff(SELECTOR.object, SELECTOR.field);
  /** Reports as a reconcile does; tells the fields and how often each was put back. */
  function report(): [field: string, count: number, last: string][] {
    const due = ours.due();
    if (due.length > 0) ours.reported();
    return due.map(({ field, count, last }) => [field, count, last.toISOString()]);
  }

  it('pauses after the fifth correction, for longer and longer, at most five minutes', () => {
    const pauses = Array.from({ length: 16 }, (_, index) => pauseAfter(index + 1) / 1_000);
    expect(pauses).to.deep.equal([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  it('puts back at once what is changed now and then', () => {
    for (let count = 0; count < 20; count += 1) {
      expect(isBackedOff()).to.equal(false);
      ours.corrected(SELECTOR);
      seconds(601);
    }
    expect(drift.contested).to.equal(0);
  });

  it('waits with a field that is changed back again and again, and with no other', () => {
    for (let count = 0; count < 7; count += 1) {
      expect(isBackedOff()).to.equal(false);
      ours.corrected(SELECTOR);
      seconds(pauseAfter(count + 1) / 1_000);
    }
    ours.corrected(SELECTOR);
    report();
    expect(isBackedOff()).to.equal(true);
    expect(ours.nextLookMs(elapsed)).to.equal(8_000);
    expect(ours.isBackedOff('Service/web', 'spec.ports')).to.equal(false);
    expect(ours.isBackedOff('Service/mysql', 'spec.selector')).to.equal(false);
    expect(ours.contested.map(({ field }) => field)).to.deep.equal(['spec.selector']);
    expect(drift.contested).to.equal(1);
    seconds(8);
    expect(isBackedOff()).to.equal(false);
  });

  it('looks again at once when the pause ends while one looks', () => {
    for (let count = 0; count < 6; count += 1) ours.corrected(SELECTOR);
    report();
    elapsed = 1_999;
    const begun = elapsed;
    expect(isBackedOff(), 'left as it is').to.equal(true);
    elapsed = 2_003;
    expect(ours.nextLookMs(begun)).to.equal(0);
    expect(isBackedOff(), 'the next time').to.equal(false);
    expect(ours.nextLookMs(elapsed)).to.equal(597_997);
  });

  it('forgets a fight when the correction has stood for ten minutes, and looks again then', () => {
    for (let count = 0; count < 6; count += 1) ours.corrected(SELECTOR);
    report();
    seconds(2);
    expect(ours.nextLookMs(elapsed)).to.equal(598_000);
    seconds(598);
    expect(ours.contested).to.deep.equal([]);
    expect(ours.nextLookMs(elapsed)).to.equal(undefined);
    ours.corrected(SELECTOR);
    expect(isBackedOff()).to.equal(false);
  });

  it('reports the first correction at once, and the next a minute later, counted together', () => {
    ours.corrected(SELECTOR);
    expect(report()).to.deep.equal([['spec.selector', 1, '2026-03-01T00:00:00.000Z']]);
    seconds(20);
    ours.corrected(SELECTOR);
    ours.corrected({ ...SELECTOR, field: WHOLE_OBJECT, manager: 'unknown' });
    seconds(10);
    ours.corrected(SELECTOR);
    expect(report()).to.deep.equal([]);
    expect(ours.nextLookMs(elapsed)).to.equal(30_000);
    seconds(30);
    expect(report()).to.deep.equal([
      ['*', 1, '2026-03-01T00:00:20.000Z'],
      ['spec.selector', 2, '2026-03-01T00:00:30.000Z'],
    ]);
    expect(ours.nextLookMs(elapsed)).to.equal(undefined);
  });

  it('tells two who change the same field apart', () => {
    ours.corrected(SELECTOR);
    ours.corrected({ ...SELECTOR, manager: 'argocd' });
    expect(ours.due().map(({ manager }) => manager)).to.deep.equal(['kubectl-edit', 'argocd']);
  });

  it('reports at once although a status without drift was written just before', () => {
    report();
    ours.corrected(SELECTOR);
    expect(report()).to.have.length(1);
  });

  it('reports again what could not be written', () => {
    ours.corrected(SELECTOR);
    expect(ours.due()).to.have.length(1);
    expect(report()).to.have.length(1);
    expect(ours.due()).to.have.length(0);
  });

  it('does not take another owner of the same name for the first, and forgets one that is gone', () => {
    ours.settle('Service/web', { live: anObject(5) });
    expect(drift.of(anObject(9, { uid: 'a' })).settled('Service/web')).not.to.equal(undefined);
    expect(drift.of(anObject(1, { uid: 'b' })).settled('Service/web')).to.equal(undefined);
    for (let count = 0; count < 6; count += 1) drift.of(anObject(1, { uid: 'b' })).corrected(SELECTOR);
    drift.forget('travel/thing');
    expect(drift.contested).to.equal(0);
  });
});
