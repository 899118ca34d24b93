import { expect } from 'chai';
import { adviceOf } from '../../../operator/api/reasons.ts';
import { goalOf, hibernated, pendingOf, ready } from '../../../operator/kubectl-plugin/model/goal.ts';
import { FakeCluster, runVacation } from '../../support/fake-cluster.ts';
import { aCondition, aReportedApp } from '../../support/serving-cluster.ts';

const waiting = (overrides: Parameters<typeof aCondition>[0] = {}) =>
  aReportedApp([
    aCondition({ status: 'False', reason: 'DatabaseStarting', message: 'milky-way-mysql is starting', ...overrides }),
    aCondition({
      type: 'Reconciling',
      reason: 'DatabaseStarting',
      message: 'milky-way-mysql is starting',
      ...overrides,
    }),
  ]);
const stalled = aReportedApp([
  aCondition({ status: 'False', reason: 'NotOwned', message: 'Service travel/x exists: delete it' }),
  aCondition({ type: 'Stalled', reason: 'NotOwned', message: 'Service travel/x exists: delete it' }),
]);
const ofEarlierSpec = (app = aReportedApp()) => ({ ...app, metadata: { ...app.metadata, generation: 2 } });

describe('kubectl vacation wait', () => {
  it('ends at once where the app is as wanted', async () => {
    const { code, out } = await runVacation(new FakeCluster().add(aReportedApp()), ['wait', 'milky-way']);
    expect([code, out]).to.deep.equal([0, 'vacationapp.interstellar.dev/milky-way condition met\n']);
  });

  it('tells what it waits for, each time that changes', async () => {
    const cluster = new FakeCluster().add(waiting());
    const running = runVacation(cluster, ['wait', 'milky-way']);
    setImmediate(() => {
      cluster.put(waiting({ reason: 'MigrationRunning', message: 'Job m is running' }));
      setImmediate(() => setImmediate(() => cluster.put(aReportedApp())));
    });
    const { code, error } = await running;
    expect(code).to.equal(0);
    expect(error.split('\n')[0]).to.match(
      /^ {3}0s {2}waiting for Ready: DatabaseStarting: milky-way-mysql is starting/,
    );
    expect(error).to.contain('waiting for Ready: MigrationRunning: Job m is running');
  });

  it('does not take the answer to an earlier spec for one', async () => {
    const { code, error } = await runVacation(new FakeCluster().add(ofEarlierSpec()), [
      'wait',
      'milky-way',
      '--timeout',
      '0',
    ]);
    expect(code).to.equal(6);
    expect(error).to.contain('timed out waiting for Ready of milky-way: the operator has not answered the latest spec');
    const old = await runVacation(new FakeCluster().add(ofEarlierSpec(stalled)), [
      'wait',
      'milky-way',
      '--timeout',
      '0',
    ]);
    expect(old.code).to.equal(6);
  });

  it('ends by its time, also while nothing changes', async () => {
    const { code, error } = await runVacation(new FakeCluster().add(waiting()), [
      'wait',
      'milky-way',
      '--timeout',
      '1s',
    ]);
    expect(code).to.equal(6);
    expect(error).to.contain(
      'error: timed out waiting for Ready of milky-way: DatabaseStarting: milky-way-mysql is starting',
    );
  });

  it('ends where somebody has to act, and says what to do', async () => {
    const { code, error } = await runVacation(new FakeCluster().add(stalled), ['wait', 'milky-way']);
    expect(code).to.equal(7);
    expect(error).to.contain(
      'error: milky-way is Stalled, somebody has to act: NotOwned: Service travel/x exists: delete it',
    );
    expect(error).to.contain(`\n→ ${adviceOf('NotOwned') ?? ''}\n`);
  });

  it('waits for Stalled itself too', async () => {
    expect(
      (await runVacation(new FakeCluster().add(stalled), ['wait', 'milky-way', '--for', 'Stalled'])).code,
    ).to.equal(0);
  });

  it('waits for the end of the app', async () => {
    const cluster = new FakeCluster();
    const { code, out } = await runVacation(cluster, ['wait', 'milky-way', '--for', 'delete']);
    expect([code, out]).to.deep.equal([0, 'vacationapp.interstellar.dev/milky-way deleted\n']);
  });

  it('says that there is no such app', async () => {
    expect((await runVacation(new FakeCluster(), ['wait', 'milky-way'])).code).to.equal(3);
  });

  it('refuses what is no condition, and no time', async () => {
    for (const args of [['--for', 'Redy'], ['--for', 'Ready=Maybe'], ['--timeout', 'soon'], []]) {
      const { code } = await runVacation(new FakeCluster(), [
        'wait',
        ...(args.length === 0 ? [] : ['milky-way', ...args]),
      ]);
      expect(code, args.join(' ')).to.equal(2);
    }
  });

  const MET: readonly (readonly [text: string, app: ReturnType<typeof aReportedApp>, isMet: boolean])[] = [
    ['ready', aReportedApp(), true],
    ['condition=Ready=false', waiting(), true],
    ['Stalled=False', aReportedApp(), true],
    ['Exposed', aReportedApp(), false],
    ['Hibernated', aReportedApp(), false],
    ['hibernated', aReportedApp([aCondition({ reason: 'Hibernated' })], { spec: { mode: 'Hibernated' } }), true],
    ['delete', aReportedApp(), false],
  ];
  for (const [text, app, isMet] of MET) {
    it(`holds --for ${text} for ${isMet ? '' : 'not '}met`, () => {
      expect(goalOf(text)?.isMet(app)).to.equal(isMet);
    });
  }

  it('takes no answer to an earlier spec for the end of hibernation, or of waking', () => {
    const app = ofEarlierSpec(aReportedApp([aCondition()], { spec: { mode: 'Hibernated' } }));
    expect([ready, hibernated].map((goal) => goal.isMet(app))).to.deep.equal([false, false]);
  });

  it('names the pause for what keeps the operator from the latest spec', () => {
    const app = ofEarlierSpec(aReportedApp());
    const annotations = { 'interstellar.dev/paused': 'true' };
    expect(pendingOf({ ...app, metadata: { ...app.metadata, annotations } }, ready)).to.contain('the app is paused');
    expect(pendingOf(app, ready)).to.contain('check that it runs').and.not.to.contain('paused');
  });

  it('counts the web pods of a rollout', () => {
    const app = waiting({ reason: 'RollingOut', message: 'The web pods are rolling out' });
    expect(pendingOf(app, ready)).to.equal(
      'RollingOut: The web pods are rolling out (web pods: 2 ready and 2 updated of 2)',
    );
  });
});
