import { expect } from 'chai';
import { ANNOTATION } from '../../../operator/api/vacation-app.ts';
import { NOW, runVacation } from '../../support/fake-cluster.ts';
import { aCondition, aReportedApp, aServingCluster } from '../../support/serving-cluster.ts';

const paused = aReportedApp([aCondition()], {
  metadata: { name: 'milky-way', annotations: { [ANNOTATION.paused]: 'true' } },
});
const hibernated = aReportedApp([aCondition({ reason: 'Hibernated' })], { spec: { mode: 'Hibernated' } });
const outdated = aReportedApp([
  aCondition(),
  aCondition({
    type: 'UpdateAvailable',
    reason: 'NewDefaults',
    message: `web image webapp:1 -> webapp:2: set the image in spec, or the annotation ${ANNOTATION.update} to any new value`,
  }),
]);

const ROWS: readonly (readonly [verb: string, app: ReturnType<typeof aReportedApp>, patch: object, says: string])[] = [
  ['hibernate', aReportedApp(), { spec: { mode: 'Hibernated' } }, 'hibernated\nThe web pods end, then MySQL'],
  ['wake', hibernated, { spec: { mode: 'Running' } }, 'woken\nMySQL starts'],
  [
    'pause',
    aReportedApp(),
    { metadata: { annotations: { [ANNOTATION.paused]: 'true' } } },
    'paused\nThe operator changes nothing',
  ],
  ['resume', paused, { metadata: { annotations: { [ANNOTATION.paused]: null } } }, 'resumed\nThe operator puts back'],
  [
    'restart',
    aReportedApp(),
    { metadata: { annotations: { [ANNOTATION.restart]: NOW.toISOString() } } },
    'restarted\nThe web pods are replaced',
  ],
  [
    'update',
    outdated,
    { metadata: { annotations: { [ANNOTATION.update]: NOW.toISOString() } } },
    'updated (web image webapp:1 -> webapp:2)\nPods whose image',
  ],
];

const NEEDLESS: readonly (readonly [verb: string, app: ReturnType<typeof aReportedApp>, why: string])[] = [
  ['hibernate', hibernated, 'it is hibernated already'],
  ['wake', aReportedApp(), 'it is not hibernated'],
  ['pause', paused, 'it is paused already'],
  ['resume', aReportedApp(), 'it is not paused'],
  ['restart', hibernated, 'it is hibernated, so no web pod runs'],
  [
    'update',
    aReportedApp([
      aCondition({ type: 'UpdateAvailable', status: 'False', reason: 'UpToDate', message: 'as new as can be' }),
    ]),
    'as new as can be',
  ],
];

describe('the verbs that change an app', () => {
  for (const [verb, app, patch, says] of ROWS) {
    it(`${verb} it, and say what happens next`, async () => {
      const cluster = aServingCluster(app);
      const { code, out } = await runVacation(cluster, [verb, 'milky-way']);
      expect(code).to.equal(0);
      expect(cluster.patches).to.deep.equal([{ name: 'milky-way', patch, isDryRun: false }]);
      expect(out).to.contain(`vacationapp.interstellar.dev/milky-way ${says}`);
    });

    it(`have the API server check ${verb} only, on request`, async () => {
      const cluster = aServingCluster(app);
      const { out } = await runVacation(cluster, [verb, 'milky-way', '--dry-run', 'server']);
      expect(cluster.patches).to.deep.equal([{ name: 'milky-way', patch, isDryRun: true }]);
      expect(out.trimEnd().split('\n')).to.have.length(1);
      expect(out).to.contain('(server dry run)');
    });
  }

  for (const [verb, app, why] of NEEDLESS) {
    it(`write nothing where ${verb} changes nothing`, async () => {
      const cluster = aServingCluster(app);
      const { code, out } = await runVacation(cluster, [verb, 'milky-way']);
      expect([code, out]).to.deep.equal([0, `vacationapp.interstellar.dev/milky-way unchanged: ${why}\n`]);
      expect(cluster.patches).to.deep.equal([]);
    });
  }

  it('print the name or the object alone, on request', async () => {
    const name = await runVacation(aServingCluster(), ['restart', 'milky-way', '-o', 'name']);
    expect(name.out).to.equal('vacationapp.interstellar.dev/milky-way\n');
    const json = await runVacation(aServingCluster(), ['hibernate', 'milky-way', '-o', 'json']);
    expect(JSON.parse(json.out)).to.have.nested.property('spec.mode', 'Hibernated');
  });

  it('say that a paused app is left alone, and do not wait for it', async () => {
    const { out } = await runVacation(aServingCluster(paused), ['restart', 'milky-way']);
    expect(out).to.contain(
      'milky-way is paused, so the operator does nothing about it until: kubectl vacation resume milky-way',
    );
    const waiting = await runVacation(aServingCluster(paused), ['hibernate', 'milky-way', '--wait']);
    expect(waiting.code).to.equal(1);
  });

  it('wait for the end of what they began', async () => {
    const cluster = aServingCluster();
    const running = runVacation(cluster, ['restart', 'milky-way', '--wait']);
    const deadline = setInterval(() => {
      if (cluster.patches.length === 0) return;
      clearInterval(deadline);
      const app = aReportedApp();
      cluster.put({ ...app, status: { ...app.status, lastHandled: { restart: NOW.toISOString() } } });
    });
    const { code, out } = await running;
    expect(code).to.equal(0);
    expect(out).to.contain('milky-way: the restart of the web pods is done\n');
  });
});
