import { expect } from 'chai';
import { externalReady } from '../../../../../operator/vacation-app/database/external/external-ready.ts';
import { labels } from '../../../../../operator/vacation-app/names.ts';
import { checkDatabase } from '../../../../../webapp/database/check.ts';
import { aCompleteApp, aServingWorld, aWaitingPod } from '../../../../support/vacation-app.ts';

describe('DatabaseReady of an external database', () => {
  const given = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
  const app = aCompleteApp({ spec: { database: { external: given } } });
  const running = { metadata: { name: 'check-1', labels: labels(app, 'check') } };
  const finding = (report: object | undefined, isFit = false, world = {}) => {
    const check = report && { job: 'check-1', content: 'c', isFit, at: 0, report: report as Record<string, unknown> };
    return externalReady(app, aServingWorld({ jobs: [running], ...world }), check);
  };

  it('is true when the last look was content', () => {
    expect(finding({ databaseVersion: '8.4.1' }, true)).to.include({ status: 'True', reason: 'Available' });
  });

  it('is false without a Job that looks, and says what keeps it from being made', () => {
    const failure = { reason: 'ApplyFailed', message: 'no', isPassing: false };
    const { reason, message } = externalReady(app, aServingWorld({ jobs: [] }), undefined, failure);
    expect(reason).to.equal('ApplyFailed');
    expect(message).to.contain('is not made yet: no');
  });

  it('is false before the first, and says what keeps that from running', () => {
    expect(finding(undefined)).to.include({ status: 'False', reason: 'DatabaseChecking' });
    const pod = aWaitingPod('check', 'ImagePullBackOff');
    pod.metadata = { ...pod.metadata, labels: { ...pod.metadata?.labels, 'batch.kubernetes.io/job-name': 'check-1' } };
    expect(finding(undefined, false, { pods: [pod] })).to.include({ status: 'False', reason: 'ImagePullFailed' });
    const refused = { ...running, metadata: { ...running.metadata, uid: 'u' } };
    const world = { jobs: [refused], refusals: new Map([['u', 'exceeded quota']]) };
    expect(finding(undefined, false, world)).to.include({ status: 'False', reason: 'PodsRejected' });
    const suspended = { ...running, status: { conditions: [{ type: 'Suspended', status: 'True' }] } };
    expect(finding(undefined, false, { jobs: [suspended] })).to.include({ status: 'False', reason: 'JobSuspended' });
  });

  const problems: readonly [unknown, string, string][] = [
    ['HostNotFound', 'HostNotFound', 'spec.database.external.host'],
    ['DnsUnavailable', 'DnsUnavailable', "the cluster's DNS"],
    ['Unreachable', 'DatabaseUnreachable', 'firewall'],
    ['AccessDenied', 'AccessDenied', 'Secret login'],
    ['DatabaseMissing', 'DatabaseMissing', 'create it'],
    ['TlsFailed', 'TlsFailed', 'certificate'],
    ['NoConnectionsLeft', 'NoConnectionsLeft', 'max_connections'],
    ['NotWritable', 'DatabaseNotWritable', 'read_only'],
    ['Unsupported', 'DatabaseUnsupported', '8.0.16'],
    ['Unknown', 'DatabaseCheckFailed', 'kubectl logs job/check-1'],
    [undefined, 'DatabaseCheckFailed', 'kubectl logs job/check-1'],
    ['<script>', 'DatabaseCheckFailed', 'kubectl logs job/check-1'],
  ];
  for (const [problem, reason, says] of problems) {
    it(`is false with ${reason} and what to do when the check said ${String(problem)}`, () => {
      const { status, message, ...found } = finding({ problem });
      expect([status, found.reason]).to.deep.equal(['False', reason]);
      expect(message).to.contain(says);
    });
  }

  it('has words for what the web app’s check says', async () => {
    const address = { host: '127.0.0.1', port: 1, user: '', password: '', database: '' };
    expect(finding(await checkDatabase(address)).reason).to.equal('DatabaseUnreachable');
  });
});
