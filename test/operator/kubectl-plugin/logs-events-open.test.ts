import { expect } from 'chai';
import { connect } from 'node:net';
import { once } from 'node:events';
import { isOfApp } from '../../../operator/kubectl-plugin/model/event-model.ts';
import { FakeCluster, runVacation } from '../../support/fake-cluster.ts';
import { aCondition, aLivePod, anEvent, aReportedApp, aServingCluster } from '../../support/serving-cluster.ts';

const WEB = ['milky-way-web-5d4f8b7c9d-abcde', 'milky-way-web-5d4f8b7c9d-fghij'] as const;

describe('kubectl vacation logs', () => {
  it('names the pod of each line where there are several', async () => {
    const cluster = aServingCluster();
    cluster.logs.set(`${WEB[0]}/web`, 'one\ntwo').set(`${WEB[1]}/web`, 'three');
    const { out, code } = await runVacation(cluster, ['logs', 'milky-way']);
    expect(code).to.equal(0);
    expect(out.trimEnd().split('\n')).to.have.members([`[${WEB[0]}] one`, `[${WEB[0]}] two`, `[${WEB[1]}] three`]);
    cluster.logs.set('milky-way-mysql-0/mysql', 'ready for connections');
    expect((await runVacation(cluster, ['logs', 'milky-way', '--component', 'mysql'])).out).to.equal(
      'ready for connections\n',
    );
  });

  it('prints what there is, and tells what there is not', async () => {
    const cluster = aServingCluster();
    cluster.logs.set(`${WEB[0]}/web`, 'one');
    const { out, error, code } = await runVacation(cluster, ['logs', 'milky-way']);
    expect([out, code]).to.deep.equal([`[${WEB[0]}] one\n`, 1]);
    expect(error).to.equal(`error: container "web" in pod "${WEB[1]}" is waiting to start\n`);
  });

  it('says why there are no pods', async () => {
    const cluster = new FakeCluster().add(aReportedApp([aCondition()], { spec: { mode: 'Hibernated' } }));
    const { error, code } = await runVacation(cluster, ['logs', 'milky-way']);
    expect([error, code]).to.deep.equal(['error: milky-way has no pod of component web: it is hibernated\n', 3]);
  });
});

describe('kubectl vacation events', () => {
  const cluster = () =>
    aServingCluster().add(
      anEvent('Pod', WEB[0], {
        reason: 'Killing',
        message: 'Stopping\ncontainer',
        lastTimestamp: '2032-01-01T11:58:00Z',
      }),
      anEvent('VacationApp', 'milky-way', {
        type: 'Warning',
        reason: 'ImagePullFailed',
        count: 3,
        message: 'no image',
      }),
      anEvent('VacationApp', 'andromeda', { reason: 'Foreign' }),
    );

  it('lists those of the app and of what was made for it, the oldest first', async () => {
    const { out } = await runVacation(cluster(), ['events', 'milky-way', '-o', 'wide']);
    expect(out.trimEnd().split('\n')).to.deep.equal([
      'LAST SEEN   TYPE      REASON            OBJECT                               SOURCE              COUNT   MESSAGE',
      '5m          Warning   ImagePullFailed   VacationApp/milky-way                vacation-operator   3       no image',
      `119s        Normal    Killing           Pod/${WEB[0]}   vacation-operator   1       Stopping container`.replace(
        '119s',
        '2m  ',
      ),
    ]);
  });

  it('shows the events of a named app also to whoever may not list apps', async () => {
    const world = cluster();
    world.forbidden.add('vacationapps');
    expect((await runVacation(world, ['events', 'milky-way'])).code).to.equal(0);
    expect((await runVacation(world, ['events'])).code).not.to.equal(0);
  });

  it('lists those of all apps where no name is given', async () => {
    const { out } = await runVacation(cluster(), ['events', '-o', 'name']);
    expect(out).to.equal(`VacationApp/milky-way ImagePullFailed\nPod/${WEB[0]} Killing\n`);
  });

  it('goes on with what is new', async () => {
    const [world, end] = [cluster(), new AbortController()];
    let count = 0;
    const { out, code } = await runVacation(world, ['events', 'milky-way', '--watch'], {
      signal: end.signal,
      onOut: () => {
        count += 1;
        if (count === 1) setImmediate(() => world.add(anEvent('Service', 'milky-way-web', { reason: 'Fresh' })));
        else end.abort();
      },
    });
    expect(code).to.equal(130);
    expect(out.match(/ImagePullFailed/g)).to.have.length(1);
    expect(out).to.match(/Normal +Fresh +Service\/milky-way-web/);
  });

  const OWNED: readonly (readonly [kind: string, name: string, isOf: boolean])[] = [
    ['VacationApp', 'milky', true],
    ['VacationApp', 'milky-web', false],
    ['Deployment', 'milky-web', true],
    ['ReplicaSet', 'milky-web-5d4f8b7c9d', true],
    ['Pod', 'milky-web-5d4f8b7c9d-abcde', true],
    ['Pod', 'milky-mysql-0', true],
    ['Pod', 'milky-migrate-e1a785163d-6nph7', true],
    ['Job', 'milky-check-e1a785163d', true],
    ['PersistentVolumeClaim', 'data-milky-mysql-0', true],
    ['PersistentVolumeClaim', 'data-milky-web-mysql-0', false],
    ['ReplicaSet', 'milky-web-web-5d4f8b7c9d', false],
    ['Pod', 'milky-web-web-5d4f8b7c9d-abcde', false],
    ['Pod', 'milky-web-mysql-0', false],
    ['Job', 'milky-web-migrate-e1a785163d', false],
    ['Deployment', 'milky-web-web', false],
  ];
  for (const [kind, name, isOf] of OWNED) {
    it(`holds ${kind} ${name} for ${isOf ? '' : 'no '}part of the app milky`, () => {
      expect(isOfApp({ involvedObject: { kind, name } }, 'milky')).to.equal(isOf);
    });
  }
});

describe('kubectl vacation open', () => {
  /** A cluster whose pods answer with where they were reached. */
  const answering = (cluster: FakeCluster): FakeCluster => {
    cluster.forward = (namespace, pod, port, socket) => {
      socket.end(`${namespace}/${pod}:${port}`);
      return Promise.resolve();
    };
    return cluster;
  };

  async function opened(
    cluster: FakeCluster,
    args: readonly string[],
    browser: string[] = [],
  ): Promise<[answer: string, code: number]> {
    const end = new AbortController();
    let answer = '';
    const { code } = await runVacation(cluster, ['open', ...args], {
      signal: end.signal,
      openBrowser: (url) => void browser.push(url),
      onOut: (text) => {
        void (async () => {
          const socket = connect(Number(/:(\d+)\//.exec(text)?.[1]), '127.0.0.1');
          socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
          await once(socket, 'close');
          end.abort();
        })();
      },
    });
    return [answer, code];
  }

  it('leads to a web pod that is ready, until Ctrl-C', async () => {
    const cluster = answering(aServingCluster());
    cluster.put(aLivePod('web-5d4f8b7c9d-abcde', 'web', { status: { conditions: [] } }));
    const browser: string[] = [];
    expect(await opened(cluster, ['milky-way'], browser)).to.deep.equal([`travel/${WEB[1]}:5000`, 130]);
    expect(browser[0]).to.match(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  it('leads to the status page', async () => {
    const operator = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'vacation-operator-1',
        namespace: 'vacation-system',
        labels: { 'interstellar.dev/operator': 'x' },
      },
      spec: { containers: [{ name: 'operator', ports: [{ name: 'status', containerPort: 8082 }] }] },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
    const browser: string[] = [];
    const cluster = answering(aServingCluster().add(operator));
    expect(await opened(cluster, ['--status-page', '--no-browser'], browser)).to.deep.equal([
      'vacation-system/vacation-operator-1:8082',
      130,
    ]);
    expect(browser).to.deep.equal([]);
  });

  it('says why there is nothing to open', async () => {
    const app = aReportedApp([
      aCondition({ status: 'False', reason: 'RollingOut', message: 'The web pods are rolling out' }),
    ]);
    const { code, error } = await runVacation(new FakeCluster().add(app), ['open', 'milky-way']);
    expect([code, error]).to.deep.equal([
      3,
      'error: milky-way has no web pod that is ready: RollingOut: The web pods are rolling out\n',
    ]);
    expect((await runVacation(aServingCluster(), ['open', '--status-page'])).error).to.equal(
      'error: No pod of the operator is ready\n',
    );
    expect((await runVacation(aServingCluster(), ['open'])).code).to.equal(2);
  });
});
