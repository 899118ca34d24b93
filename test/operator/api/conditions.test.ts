import { expect } from 'chai';
import { conditionsOf, findingOf } from '../../../operator/api/conditions.ts';

describe('conditions', () => {
  const first = new Date('2026-03-01T10:00:00.123Z');
  const later = { now: new Date('2026-03-01T11:00:00Z'), generation: 2 };
  const ready = findingOf('Ready', true, 'Available', 'fine');

  it('carry the generation that they speak of and a time in whole seconds', () => {
    expect(conditionsOf([ready], [], { now: first, generation: 1 })).to.deep.equal([
      {
        type: 'Ready',
        status: 'True',
        reason: 'Available',
        message: 'fine',
        observedGeneration: 1,
        lastTransitionTime: '2026-03-01T10:00:00Z',
      },
    ]);
  });

  it('keep their time while the status stays, whatever else changes', () => {
    const before = conditionsOf([ready], [], { now: first, generation: 1 });
    const [after] = conditionsOf([findingOf('Ready', true, 'Paused', 'other')], before, later);
    expect(after).to.include({ reason: 'Paused', observedGeneration: 2, lastTransitionTime: '2026-03-01T10:00:00Z' });
  });

  it('move their time when the status does', () => {
    const before = conditionsOf([ready], [], { now: first, generation: 1 });
    for (const status of [false, 'Unknown'] as const) {
      const [after] = conditionsOf([findingOf('Ready', status, 'RollingOut', '')], before, later);
      expect(after?.lastTransitionTime).to.equal('2026-03-01T11:00:00Z');
    }
  });

  it('are told no longer than the API server takes them', () => {
    const [ready] = conditionsOf([findingOf('Ready', false, 'ApplyFailed', 'x'.repeat(40_000))], [], later);
    expect(ready?.message).to.equal('x'.repeat(32_768));
  });

  it('are gone without a finding, and keep the order of the findings', () => {
    const before = conditionsOf([findingOf('Stalled', true, 'NotOwned', ''), ready], [], { now: first, generation: 1 });
    const after = conditionsOf([ready, findingOf('WebReady', 'Unknown', 'Progressing', '')], before, later);
    expect(after.map(({ type, status }) => `${type}=${status}`)).to.deep.equal(['Ready=True', 'WebReady=Unknown']);
  });
});
