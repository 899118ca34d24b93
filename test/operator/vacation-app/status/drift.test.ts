import { expect } from 'chai';
import { contestedFinding, correctionsOf, driftEvents } from '../../../../operator/vacation-app/status/drift.ts';

const of = (object: string, field: string, manager = 'argocd'): { object: string; field: string; manager: string } => ({
  object,
  field,
  manager,
});

describe('what is told of drift', () => {
  it('is nothing where there is none', () => {
    expect(driftEvents([])).to.deep.equal([]);
    expect(contestedFinding([])).to.equal(undefined);
  });

  it('is one event, whose message does not depend on the order of what happened', () => {
    const one = of('Service/web', 'spec.type');
    const other = of('ConfigMap/web', '*', 'unknown');
    expect(driftEvents([one, other])).to.deep.equal(driftEvents([other, one]));
    expect(driftEvents([one, other])).to.deep.equal([
      {
        type: 'Normal',
        reason: 'DriftCorrected',
        message: 'Put back ConfigMap/web, which was deleted; spec.type of Service/web, changed by argocd',
      },
    ]);
  });

  it('names three and counts the others', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((field) => of('Service/web', field));
    expect(contestedFinding(many)).to.include({ type: 'Reconciling', status: 'True', reason: 'FieldContested' });
    expect(contestedFinding(many)?.message).to.contain(
      'a of Service/web (by argocd); b of Service/web (by argocd); c of Service/web (by argocd); and 2 more',
    );
  });
});

describe('the corrections in the status', () => {
  const before = Array.from({ length: 10 }, (_, index) => ({
    ...of('Service/web', `old-${index}`),
    count: 1,
    time: '2025-01-01T00:00:00Z',
  }));
  const corrected = (field: string, second: number, manager?: string) => ({
    ...of('Service/web', field, manager),
    count: 2,
    last: new Date(Date.UTC(2026, 2, 1, 0, 0, second, 789)),
  });

  it('are the same object where none is new, so that nothing is written', () => {
    expect(correctionsOf(before, [])).to.equal(before);
  });

  it('are the last ten, the latest first', () => {
    const fields = correctionsOf(before, [corrected('a', 1), corrected('b', 2)]).map(({ field }) => field);
    expect(fields).to.deep.equal(['b', 'a', ...before.slice(0, 8).map(({ field }) => field)]);
  });

  it('are counted together where the same manager changed the same field of the same object', () => {
    const [first, second] = correctionsOf(before, [corrected('old-3', 1), corrected('old-3', 2, 'kubectl-edit')]);
    expect(first).to.deep.equal({
      ...of('Service/web', 'old-3', 'kubectl-edit'),
      count: 2,
      time: '2026-03-01T00:00:02Z',
    });
    expect(second).to.deep.equal({ ...of('Service/web', 'old-3'), count: 3, time: '2026-03-01T00:00:01Z' });
  });
});
