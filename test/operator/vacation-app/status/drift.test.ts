import { expect } from 'chai';
import { contestedFinding, driftEvents } from '../../../../operator/vacation-app/status/drift.ts';

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
