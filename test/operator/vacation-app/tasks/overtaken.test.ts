import type { V1ContainerState, V1Job, V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { isOvertaken, podTemplateHash } from '../../../../operator/vacation-app/tasks/overtaken.ts';
import { aJob } from '../../../support/vacation-app.ts';

const withTemplate = (job: V1Job, labels: Record<string, string>): V1Job => ({
  ...job,
  spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'migrate' }] } } },
});
/** As the cache has it: without its spec. */
function live(labels: Record<string, string>, condition?: 'Complete' | 'Failed'): V1Job {
  const { metadata, status } = aJob(condition);
  const annotations = { 'interstellar.dev/pod-template-hash': podTemplateHash(withTemplate(aJob(), labels)) };
  return { metadata: { ...metadata, annotations }, ...(status && { status }) };
}
const pod = (states: Readonly<Record<string, V1ContainerState>>): V1Pod => ({
  metadata: { labels: { 'batch.kubernetes.io/job-name': 'milky-way-migrate-1' } },
  status: {
    containerStatuses: Object.entries(states).map(([name, state]) => ({
      ...{ name, image: '', imageID: '', ready: false, restartCount: 0 },
      state,
    })),
  },
});
const running = { running: {} };
const ended = (exitCode: number): V1ContainerState => ({ terminated: { exitCode } });

describe('a Job whose pod template is no longer the desired one', () => {
  const desired = withTemplate(aJob(), { 'sidecar.istio.io/inject': 'false' });
  const isMadeAnew = (job: V1Job, ...pods: V1Pod[]): boolean => isOvertaken(job, desired, 'migrate', { pods });

  it('is made anew, unless it has ended or an older operator made it', () => {
    expect(isMadeAnew(live({}))).to.equal(true);
    expect(isMadeAnew(live({ 'sidecar.istio.io/inject': 'false' })), 'nothing has changed').to.equal(false);
    expect(isMadeAnew(aJob()), 'of an older operator').to.equal(false);
    expect(isMadeAnew(live({}, 'Complete'))).to.equal(false);
    expect(isMadeAnew(live({}, 'Failed'))).to.equal(false);
  });

  const rows: readonly [string, V1Pod, boolean][] = [
    ['finds no node', { ...pod({}), status: { phase: 'Pending' } }, true],
    ['cannot start', pod({ migrate: { waiting: { reason: 'ImagePullBackOff' } } }), true],
    ['has failed', pod({ migrate: ended(1) }), true],
    ['is kept by a sidecar after its work', pod({ migrate: ended(0), proxy: running }), true],
    ['works', pod({ migrate: running, proxy: running }), false],
    ['is done with its work', pod({ migrate: ended(0), proxy: ended(0) }), false],
  ];
  for (const [title, one, expected] of rows) {
    it(`is ${expected ? 'made anew' : 'left alone'} while its pod ${title}`, () => {
      expect(isMadeAnew(live({}), one)).to.equal(expected);
    });
  }
});
