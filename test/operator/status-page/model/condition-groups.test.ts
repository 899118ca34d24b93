import { expect } from 'chai';
import { REASONS } from '../../../../operator/api/reasons.ts';
import { adviceOf, piecesOf } from '../../../../operator/status-page/model/advice.ts';
import { conditionGroups } from '../../../../operator/status-page/model/condition-groups.ts';
import { aVacationApp } from '../../../support/vacation-app.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const condition = (type: string, status: 'True' | 'False', reason: string, at = '11:00:00'): never =>
  ({
    type,
    status,
    reason,
    message: `words of ${reason}`,
    observedGeneration: 1,
    lastTransitionTime: `2026-03-01T${at}Z`,
  }) as never;

describe('the conditions of an app on its page', () => {
  const groups = conditionGroups(
    aVacationApp({
      status: {
        observedGeneration: 1,
        conditions: [
          condition('Ready', 'False', 'RolloutStuck'),
          condition('Stalled', 'True', 'RolloutStuck', '11:30:00'),
          condition('CredentialsReady', 'True', 'Available'),
          condition('DatabaseReady', 'False', 'DatabaseStarting'),
          condition('WebReady', 'False', 'RolloutStuck'),
          condition('AutoscalingReady', 'False', 'MetricsApiMissing'),
          condition('UpdateAvailable', 'False', 'UpToDate'),
        ],
      },
    }),
    NOW,
  );

  it('are grouped by what they say, the most urgent first', () => {
    const shown = groups.map(({ reason, tone, conditions }) => [
      tone,
      reason,
      conditions.map(({ type }) => type).join(),
    ]);
    expect(shown).to.deep.equal([
      ['bad', 'RolloutStuck', 'Ready,Stalled,WebReady'],
      ['busy', 'DatabaseStarting', 'DatabaseReady'],
      ['quiet', 'MetricsApiMissing', 'AutoscalingReady'],
      ['good', 'Available', 'CredentialsReady'],
      ['good', 'UpToDate', 'UpdateAvailable'],
    ]);
  });

  it('say since when, and what to do, from the table of reasons', () => {
    const [first] = groups;
    expect(first?.since?.age).to.equal('30 min');
    expect(first?.demand).to.equal('Somebody has to act.');
    expect(first?.meaning.map(({ text }) => text).join('`')).to.equal(REASONS.RolloutStuck.meaning.replace(/`$/, ''));
  });

  it('become urgent when what should pass has lasted', () => {
    const conditions = [condition('Ready', 'False', 'VolumePending'), condition('Stalled', 'True', 'VolumePending')];
    const [group] = conditionGroups(aVacationApp({ status: { observedGeneration: 1, conditions } }), NOW);
    expect(group?.tone).to.equal('bad');
    expect(group?.demand).to.contain('After 5 minutes somebody has to act');
  });

  for (const [name, reason] of Object.entries(REASONS)) {
    it(`have advice for ${name} without Markdown`, () => {
      const { meaning } = adviceOf(name);
      expect(meaning).not.to.deep.equal([]);
      for (const { text } of meaning) expect(text).not.to.match(/`|\]\(/);
      expect(reason.meaning).to.contain(meaning[0]?.text.slice(0, 10) ?? '');
    });
  }

  it('have none for a reason that the table does not have', () => {
    for (const reason of ['Unheard', 'constructor', '']) expect(adviceOf(reason).meaning).to.deep.equal([]);
  });

  it('show the words of a link, and code as code', () => {
    expect(piecesOf('see [Drift](#drift): `kubectl get vapp`')).to.deep.equal([
      { text: 'see Drift: ', isCode: false },
      { text: 'kubectl get vapp', isCode: true },
    ]);
  });
});
