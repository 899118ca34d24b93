import { expect } from 'chai';
import { aChild, aCondition, aLivePod, aReportedApp, aServingCluster } from '../../support/serving-cluster.ts';
import { FakeCluster, runVacation } from '../../support/fake-cluster.ts';

const failing = aReportedApp([
  aCondition({ status: 'False', reason: 'RolloutStuck', message: 'Pod p cannot have image no:1: check its name' }),
  aCondition({ type: 'Stalled', reason: 'RolloutStuck', message: 'Pod p cannot have image no:1: check its name' }),
  aCondition({
    type: 'WebReady',
    status: 'False',
    reason: 'RolloutStuck',
    message: 'Pod p cannot have image no:1: check its name',
  }),
  aCondition({ type: 'DatabaseReady' }),
]);

describe('kubectl vacation status', () => {
  it('draws an app, its conditions, its children and their pods as a tree', async () => {
    const { out, code } = await runVacation(aServingCluster(), ['status', 'milky-way']);
    expect(code).to.equal(0);
    expect(out.trimEnd().split('\n')).to.deep.equal([
      'travel/milky-way  Ready (Available)  web 2/2  http://milky-way-web.travel.svc  60m',
      '├─ Conditions',
      '│  └─ ✔ Ready=True  Available  30m',
      '├─ Credentials',
      '│  └─ · Secret/milky-way-credentials',
      '├─ Database',
      '│  └─ ✔ StatefulSet/milky-way-mysql  1/1 ready',
      '│     └─ ✔ Pod/milky-way-mysql-0  Running  1/1  60m',
      '└─ Web',
      '   ├─ ✔ Deployment/milky-way-web  2/2 ready',
      '   │  ├─ ✔ Pod/milky-way-web-5d4f8b7c9d-abcde  Running  1/1  60m',
      '   │  └─ ✔ Pod/milky-way-web-5d4f8b7c9d-fghij  Running  1/1  60m',
      '   └─ · Service/milky-way-web  ClusterIP 10.0.0.7 80',
    ]);
  });

  it('tells once what is the matter, and what to do about it by the table of reasons', async () => {
    const { out } = await runVacation(aServingCluster(failing), ['status', 'milky-way']);
    const conditions = out.split('├─ Credentials')[0] ?? '';
    expect(conditions.split('\n').slice(1, -1)).to.deep.equal([
      '├─ Conditions',
      '│  ├─ ✘ Ready=False  RolloutStuck  30m',
      '│  │    Pod p cannot have image no:1: check its name',
      '│  │    → The new web pods have made no progress for five minutes. The message has what is known of the cause. Correct',
      '│  │    it, or set spec.image back. Old pods keep serving.',
      '│  ├─ ✘ Stalled=True  RolloutStuck  30m',
      '│  ├─ ✘ WebReady=False  RolloutStuck  30m',
      '│  └─ ✔ DatabaseReady=True  Available  30m',
    ]);
  });

  it('shows the CPU that the autoscaler looks at, which is that of the container', async () => {
    const cluster = aServingCluster();
    const cpu = { name: 'cpu', container: 'web' };
    cluster.put(
      aChild('HorizontalPodAutoscaler', 'web', 'web', {
        spec: {
          minReplicas: 2,
          maxReplicas: 10,
          metrics: [{ containerResource: { ...cpu, target: { type: 'Utilization', averageUtilization: 80 } } }],
        },
        status: {
          desiredReplicas: 3,
          currentMetrics: [{ containerResource: { ...cpu, current: { averageUtilization: 64 } } }],
        },
      }),
    );
    const { out } = await runVacation(cluster, ['status', 'milky-way']);
    expect(out).to.contain('3 pods (2 to 10), CPU 64 % of 80 %');
  });

  it('marks what has lasted too long like what needs somebody at once', async () => {
    const late = { status: 'False', reason: 'PodUnschedulable', message: 'no node has room' } as const;
    const app = aReportedApp([aCondition({ ...late, type: 'Stalled', status: 'True' }), aCondition(late)]);
    const { out } = await runVacation(aServingCluster(app), ['status', 'milky-way']);
    expect(out).to.contain('✘ Ready=False  PodUnschedulable');
  });

  it('shows why a pod does not run, in the words of the kubelet or of the scheduler', async () => {
    const cluster = aServingCluster();
    cluster.put(
      aLivePod('mysql-0', 'mysql', {
        status: {
          phase: 'Pending',
          containerStatuses: [],
          conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }],
        },
      }),
    );
    const waiting = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting' } };
    cluster.put(
      aLivePod('web-5d4f8b7c9d-abcde', 'web', {
        status: { containerStatuses: [{ name: 'web', ready: false, restartCount: 3, state: waiting }] },
      }),
    );
    const { out } = await runVacation(cluster, ['status', 'milky-way', '-o', 'wide']);
    expect(out).to.contain('… Pod/milky-way-mysql-0  Pending  0/1  mysql:1  on node-1  60m\n');
    expect(out).to.contain('    0/1 nodes are available\n');
    expect(out).to.contain('✘ Pod/milky-way-web-5d4f8b7c9d-abcde  CrashLoopBackOff  0/1  3 restarts  web:1');
    expect(out).to.contain('    back-off 10s restarting\n');
  });

  it('shows an object of somebody else that has the name of a child', async () => {
    const foreign = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'milky-way-mysql', namespace: 'travel' } };
    const { out } = await runVacation(aServingCluster().add(foreign), ['status', 'milky-way']);
    expect(out).to.contain("✘ Service/milky-way-mysql  not the app's: it belongs to somebody else");
  });

  const earlier = { apiVersion: 'x/v1', kind: 'VacationApp', name: 'milky-way', uid: 'old', controller: true };
  const foreigners: readonly (readonly [title: string, kind: string, metadata: object, words: string | undefined])[] = [
    ['an object of an earlier app', 'Service', { ownerReferences: [earlier] }, 'an earlier VacationApp milky-way'],
    ['a Service with its labels and without owner', 'Service', { ownerReferences: [] }, 'no owner'],
    [
      'an object with the label of the app only',
      'Secret',
      { ownerReferences: [], labels: { 'interstellar.dev/app': 'milky-way' } },
      'somebody else',
    ],
    ['kept credentials of an earlier app', 'Secret', { ownerReferences: [] }, undefined],
  ];
  for (const [title, kind, metadata, words] of foreigners) {
    it(`takes ${title} for ${words === undefined ? "the app's" : "not the app's"}`, async () => {
      const cluster = aServingCluster();
      const child = aChild(kind, 'own', 'web') as { metadata: object };
      cluster.add({ ...child, metadata: { ...child.metadata, ...metadata } });
      const { out } = await runVacation(cluster, ['status', 'milky-way']);
      const line = out.split('\n').find((one) => one.includes(`${kind}/milky-way-own`)) ?? '';
      if (words === undefined) expect(line).to.match(/own$/);
      else expect(line).to.contain("not the app's: ").and.to.contain(words);
    });
  }

  const jobs: readonly (readonly [status: object, words: string])[] = [
    [{}, 'No pod'],
    [{ active: 1 }, 'Running'],
    [{ failed: 2 }, 'No pod, 2 failed'],
    [{ active: 1, failed: 1 }, 'Running, 1 failed'],
    [{ conditions: [{ type: 'Complete', status: 'True' }], succeeded: 1 }, 'Complete'],
  ];
  for (const [status, words] of jobs) {
    it(`shows a Job with ${JSON.stringify(status)} as ${words}`, async () => {
      const cluster = aServingCluster().add(aChild('Job', 'migrate-1', 'migration', { spec: {}, status }));
      expect((await runVacation(cluster, ['status', 'milky-way'])).out).to.match(
        new RegExp(`Job/milky-way-migrate-1  ${words}$`, 'm'),
      );
    });
  }

  it('shows nothing of another app whose name begins alike', async () => {
    const other = aLivePod('web-5d4f8b7c9d-other', 'web') as { metadata: { labels: Record<string, string> } };
    other.metadata.labels['interstellar.dev/app'] = 'milky-way-web';
    const { out } = await runVacation(aServingCluster().add(other), ['status', 'milky-way']);
    expect(out).not.to.contain('5d4f8b7c9d-other');
  });

  it('never asks for the content of Secrets', async () => {
    const cluster = aServingCluster();
    cluster.list = (kind) => {
      if (kind.kind === 'Secret' || kind.kind === 'ConfigMap') throw new Error(`asked for ${kind.plural}`);
      return FakeCluster.prototype.list.apply(cluster, [kind, { namespace: 'travel' }]) as never;
    };
    expect((await runVacation(cluster, ['status', 'milky-way'])).code).to.equal(0);
  });

  it('says what it may not look at, and shows the rest', async () => {
    const cluster = aServingCluster();
    cluster.forbidden.add('secrets');
    const { out, code } = await runVacation(cluster, ['status', 'milky-way']);
    expect(code).to.equal(0);
    expect(out).to.contain('Not looked at\n');
    expect(out).to.contain('Secret: secrets is forbidden: User "jane" cannot list resource');
    expect(out).to.contain('Deployment/milky-way-web');
  });

  it('says so where no operator has answered', async () => {
    const silent = { ...aReportedApp(), status: { observedGeneration: -1 } };
    const { out } = await runVacation(new FakeCluster().add(silent), ['status', 'milky-way']);
    expect(out).to.contain('Unknown');
    expect(out).to.contain('does it run, and does it watch this namespace?');
  });

  it('says that the latest spec was not answered yet', async () => {
    const app = aReportedApp();
    const { out } = await runVacation(aServingCluster({ ...app, metadata: { ...app.metadata, generation: 2 } }), [
      'status',
      'milky-way',
    ]);
    expect(out).to.contain('the operator has not answered the latest spec');
    expect(out).to.contain('Ready=True  Available  30m  (of an earlier spec)');
  });

  it('lists the apps of the namespace, and below what is the matter with each', async () => {
    const fine = aReportedApp();
    const cluster = new FakeCluster().add(fine, { ...failing, metadata: { ...failing.metadata, name: 'andromeda' } });
    const { out } = await runVacation(cluster, ['status']);
    expect(out.trimEnd().split('\n')).to.deep.equal([
      'NAME        HEALTH    REASON         WEB   DATABASE   URL                               AGE',
      'milky-way   Ready     Available      2/2   <none>     http://milky-way-web.travel.svc   60m',
      'andromeda   Stalled   RolloutStuck   2/2   True       http://milky-way-web.travel.svc   60m',
      '',
      '✘ andromeda: Pod p cannot have image no:1: check its name',
    ]);
  });

  it('lists the apps of all namespaces', async () => {
    const there = { ...aReportedApp(), metadata: { ...aReportedApp().metadata, namespace: 'elsewhere' } };
    const { out } = await runVacation(new FakeCluster().add(aReportedApp(), there), ['status', '-A', '-o', 'wide']);
    expect(out).to.match(/^NAMESPACE {3}NAME .*IMAGE {6}SCHEMA\n/);
    expect(out).to.match(/^elsewhere {3}milky-way /m);
  });

  it('writes the same for scripts as JSON, YAML and names', async () => {
    const cluster = aServingCluster(failing);
    const json = JSON.parse((await runVacation(cluster, ['status', 'milky-way', '-o', 'json'])).out) as {
      health: string;
      conditions: { advice?: string }[];
      children: { name: string; pods?: { name: string }[] }[];
    };
    expect(json.health).to.equal('Stalled');
    expect(json.conditions[0]?.advice).to.contain('The new web pods have made no progress');
    expect(json.children.find(({ name }) => name === 'milky-way-web')?.pods).to.have.length(2);
    expect((await runVacation(cluster, ['status', '-o', 'yaml'])).out).to.contain('items:\n  - namespace: travel\n');
    expect((await runVacation(cluster, ['status', '-o', 'name'])).out).to.equal(
      'vacationapp.interstellar.dev/milky-way\n',
    );
  });

  it('prints changes as lines while it watches, where nobody sees the screen', async () => {
    const cluster = aServingCluster();
    const end = new AbortController();
    let count = 0;
    const { out, code } = await runVacation(cluster, ['status', 'milky-way', '--watch'], {
      signal: end.signal,
      onOut: () => {
        count += 1;
        if (count === 1) setImmediate(() => cluster.put(failing));
        else end.abort();
      },
    });
    expect(code).to.equal(130);
    const changes = out.split('10.0.0.7 80\n')[1] ?? '';
    expect(changes).to.contain('12:00:00  travel/milky-way  Stalled RolloutStuck 2/2 Pod p cannot');
    expect(changes).to.contain('12:00:00  Stalled  True RolloutStuck: Pod p cannot have image');
    expect(changes).not.to.contain('Pod/');
  });

  it('redraws a screen in one write, and leaves what was shown last', async () => {
    const cluster = aServingCluster();
    const end = new AbortController();
    const written: string[] = [];
    const terminal = {
      out: (text: string) => {
        written.push(text);
        if (written.length === 2) setImmediate(() => cluster.add(aChild('Ingress', 'web', 'web')));
        if (written.length === 3) end.abort();
      },
      error: () => undefined,
      isInteractive: true,
      hasColours: true,
      columns: 100,
      rows: 12,
    };
    await runVacation(cluster, ['status', 'milky-way', '-w'], { signal: end.signal, terminal });
    const [enter, first = '', second = '', last = ''] = written;
    expect(enter).to.equal('\x1b[?1049h\x1b[?25l');
    expect(first.startsWith('\x1b[H')).to.equal(true);
    expect(first.split('\n')).to.have.length(11);
    expect(second).to.contain('\x1b[32m✔\x1b[39m');
    expect(last).to.contain('\x1b[?1049l');
    expect(last).to.contain('Ingress/milky-way-web');
  });

  it('refuses what makes no sense', async () => {
    for (const args of [
      ['milky-way', '-A'],
      ['-w', '-o', 'json'],
      ['-o', 'xml'],
      ['a', 'b'],
    ]) {
      expect((await runVacation(aServingCluster(), ['status', ...args])).code, args.join(' ')).to.equal(2);
    }
  });

  it('says that there is no such app, with a code of its own', async () => {
    const { code, error } = await runVacation(aServingCluster(), ['status', 'andromeda']);
    expect(code).to.equal(3);
    expect(error).to.equal('error: vacationapps "andromeda" not found\n');
  });
});
