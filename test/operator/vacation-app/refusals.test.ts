import { expect } from 'chai';
import type { V1Job } from '@kubernetes/client-node';
import { Cluster } from '../../../operator/runtime/apply/cluster.ts';
import type { ApiClient, ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import type { Observed } from '../../../operator/vacation-app/observe.ts';
import { RefusalWatch } from '../../../operator/vacation-app/refusals.ts';
import { appStores } from '../../support/app-controller.ts';
import { aDeployment, aJob, aPod, aServingWorld, aStatefulSet, aVacationApp } from '../../support/vacation-app.ts';

const refused = (message: string, lastTimestamp: string) => ({ metadata: {}, message, lastTimestamp });
const EVENTS = [refused('no room', '2026-03-01T12:00:00Z'), refused('exceeded quota', '2026-03-01T12:05:00Z')];

/** An operator that looks at such a world now and then. */
function aWatch(answer: () => object = () => ({ items: EVENTS })) {
  const asked: ApiRequest[] = [];
  const api: ApiClient = {
    request: <T>(request: ApiRequest) => {
      asked.push(request);
      return Promise.resolve().then(() => answer() as T);
    },
    stream: () => expect.fail('nothing is watched here'),
    reconnect: () => undefined,
  };
  let seconds = 0;
  const watch = new RefusalWatch({ now: () => seconds * 1_000, after: () => () => undefined });
  const cluster = new Cluster(api, appStores(), { wrote: () => undefined });
  return {
    asked,
    /** What is known at that second. */
    at: async (second: number, world: Partial<Observed>, app = aVacationApp()) => {
      seconds = second;
      const { refusals, nextLookMs } = await watch.look(app, aServingWorld(world), cluster);
      return { words: [...refusals], nextLookMs, reads: asked.length };
    },
  };
}

const withUid = <T extends { metadata?: object }>(object: T): T => ({
  ...object,
  metadata: { ...object.metadata, uid: 'u' },
});
const mysql = { statefulSet: withUid(aStatefulSet({ replicas: 0, readyReplicas: 0 })) };
const job = { jobs: [withUid(aJob())] };

describe('why a workload has no pod', () => {
  it('is not asked of an app that serves', async () => {
    const { at } = aWatch();
    expect(await at(0, {})).to.deep.equal({ words: [], nextLookMs: undefined, reads: 0 });
    expect(await at(1_000, {})).to.deep.equal({ words: [], nextLookMs: undefined, reads: 0 });
  });

  for (const [title, world] of [
    ['MySQL', mysql],
    ['a Job', job],
  ] as const) {
    it(`is asked of ${title} after ten seconds, and then once a minute; the newest words count`, async () => {
      const { at, asked } = aWatch();
      const words = [['u', 'exceeded quota']];
      expect(await at(0, world)).to.deep.equal({ words: [], nextLookMs: 10_000, reads: 0 });
      expect(await at(9, world)).to.deep.equal({ words: [], nextLookMs: 1_000, reads: 0 });
      expect(await at(10, world)).to.deep.equal({ words, nextLookMs: 60_000, reads: 1 });
      expect(await at(30, world)).to.deep.equal({ words, nextLookMs: 40_000, reads: 1 });
      expect(await at(70, world)).to.deep.equal({ words, nextLookMs: 60_000, reads: 2 });
      expect(asked[0]?.path).to.equal('/api/v1/namespaces/travel/events');
      expect(asked[0]?.query).to.deep.equal({ fieldSelector: 'involvedObject.uid=u,reason=FailedCreate', limit: 50 });
      expect(await at(80, {})).to.deep.equal({ words: [], nextLookMs: undefined, reads: 2 });
      expect((await at(90, world)).nextLookMs, 'the next time').to.equal(10_000);
    });
  }

  it('is what the Deployment says, when it has said so for ten seconds', async () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'forbidden' }];
    const world = { deployment: withUid(aDeployment({ status: { conditions } })) };
    const { at } = aWatch();
    expect((await at(0, world)).words).to.deep.equal([]);
    expect(await at(10, world)).to.deep.include({ words: [['u', 'forbidden']], reads: 0 });
  });

  it('is not known where there are no such events, or the operator may not read them', async () => {
    for (const answer of [
      () => ({ items: [] }),
      () => {
        throw new ApiError(403, 'Forbidden', 'may not list events');
      },
    ]) {
      const { at } = aWatch(answer);
      await at(0, mysql);
      expect(await at(10, mysql)).to.deep.equal({ words: [], nextLookMs: 60_000, reads: 1 });
    }
  });

  it('is asked at once where another process has told of it', async () => {
    const conditions = [
      { type: 'Ready', status: 'False', reason: 'PodsRejected', message: '', lastTransitionTime: '' },
    ];
    const app = aVacationApp({ status: { conditions } as never });
    expect((await aWatch().at(0, mysql, app)).words).to.deep.equal([['u', 'exceeded quota']]);
  });

  const jobs: readonly [title: string, status: V1Job['status'], pods: Observed['pods']][] = [
    ['has ended', aJob('Complete').status, []],
    ['is suspended', { conditions: [{ type: 'Suspended', status: 'True' }] }, []],
    ['has a pod that the cache does not know yet', { active: 1 }, []],
    ['has a pod', {}, [aPod('migration', {}, { labels: { 'batch.kubernetes.io/job-name': 'milky-way-migrate-1' } })]],
  ];
  for (const [title, status, pods] of jobs) {
    it(`is not asked of a Job that ${title}`, async () => {
      const world = { jobs: [{ ...withUid(aJob()), status: status ?? {} }], pods };
      expect((await aWatch().at(0, world)).nextLookMs).to.equal(undefined);
    });
  }

  it('is not asked of MySQL that sleeps', async () => {
    const statefulSet = { ...mysql.statefulSet, spec: { replicas: 0, serviceName: '', selector: {}, template: {} } };
    expect((await aWatch().at(0, { statefulSet })).nextLookMs).to.equal(undefined);
  });
});
