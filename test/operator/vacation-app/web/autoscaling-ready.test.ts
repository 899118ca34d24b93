import { expect } from 'chai';
import { autoscalingLookAt, autoscalingReady } from '../../../../operator/vacation-app/web/autoscaling-ready.ts';
import { aCompleteApp, aDeployment, anAutoscaler } from '../../../support/vacation-app.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);

const UNABLE = 'the HPA was unable to compute the replica count: failed to get cpu utilization:';
const NOTHING = `${UNABLE} unable to get metrics for resource cpu: no metrics returned from resource metrics API`;
const UNREADY = `${UNABLE} did not receive metrics for targeted pods (pods might be unready)`;

/** An autoscaler whose condition is false since then, over web pods that are available since then. */
function world(
  reason: string,
  message: string,
  { since = ago(600), available = ago(3_600) }: { since?: Date; available?: Date | null } = {},
) {
  const type = reason === 'FailedGetScale' ? 'AbleToScale' : 'ScalingActive';
  const conditions = [
    { type: 'Available', status: available ? 'True' : 'False', lastTransitionTime: available ?? NOW },
  ];
  return {
    autoscaler: anAutoscaler([{ type, status: 'False', reason, message, lastTransitionTime: since }]),
    deployment: aDeployment({ status: { conditions } }),
  };
}

const rows: readonly [string, ReturnType<typeof world>, string, string][] = [
  [
    'the cluster has no metrics-server',
    world(
      'FailedGetResourceMetric',
      `${UNABLE} unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`,
    ),
    'False/MetricsApiMissing',
    'install metrics-server',
  ],
  [
    'metrics-server does not answer',
    world(
      'FailedGetContainerResourceMetric',
      `${UNABLE} unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)`,
    ),
    'False/MetricsUnavailable',
    'kubectl get apiservices v1beta1.metrics.k8s.io',
  ],
  ['there are no metrics for long', world('FailedGetResourceMetric', NOTHING), 'False/MetricsUnavailable', NOTHING],
  [
    'the autoscaler is new',
    world('FailedGetResourceMetric', NOTHING, { since: ago(30) }),
    'Unknown/MetricsPending',
    'first metrics',
  ],
  [
    'the web pods are new',
    world('FailedGetContainerResourceMetric', UNREADY, { available: ago(60) }),
    'Unknown/MetricsPending',
    'first metrics',
  ],
  [
    'no web pod is ready yet',
    world('FailedGetResourceMetric', UNREADY, { available: null }),
    'Unknown/MetricsPending',
    'first metrics',
  ],
  [
    'the web pods request no CPU',
    world('FailedGetResourceMetric', `${UNABLE} missing request for cpu in container web of Pod milky-way-web-1`),
    'False/CpuRequestMissing',
    'set spec.resources.requests.cpu',
  ],
  [
    'a sidecar requests no CPU',
    world(
      'FailedGetResourceMetric',
      `${UNABLE} missing request for cpu in container mesh-proxy of Pod milky-way-web-1`,
    ),
    'False/CpuRequestMissing',
    'mesh-proxy',
  ],
  [
    'there is a second autoscaler',
    world('AmbiguousSelector', 'pods by selector app=x are controlled by multiple HPAs: [a b]'),
    'False/AutoscalerAmbiguous',
    'spec.autoscaling.mode External',
  ],
  [
    'it cannot read the scale',
    world('FailedGetScale', 'forbidden'),
    'False/AutoscalerFailing',
    'FailedGetScale: forbidden',
  ],
];

const readinessIn = (observed: (typeof rows)[number][1], now = NOW) =>
  autoscalingReady({ app: aCompleteApp(), observed, waits: {}, failure: undefined, now });

describe('AutoscalingReady', () => {
  for (const [title, observed, is, says] of rows) {
    it(`is ${is} when ${title}`, () => {
      const { status, reason, message } = readinessIn(observed);
      expect(`${status}/${reason}`).to.equal(is);
      expect(message).to.contain(says);
      expect(message.includes('metrics-server'), 'asks for metrics-server').to.equal(is === 'False/MetricsApiMissing');
    });
  }

  it('tells what keeps the autoscaler from being made, once that has lasted', () => {
    const told = (failure: { isPassing: boolean; hasLasted?: boolean }) =>
      autoscalingReady({
        ...{ app: aCompleteApp(), observed: { autoscaler: undefined, deployment: undefined }, waits: {}, now: NOW },
        failure: { reason: 'ApplyFailed', message: 'the webhook is down', ...failure },
      }).reason;
    expect(told({ isPassing: true })).to.equal('Progressing');
    expect(told({ isPassing: true, hasLasted: true })).to.equal('ApplyFailed');
    expect(told({ isPassing: false })).to.equal('ApplyFailed');
  });

  it('is looked at again when the time of the first metrics is up, and not after', () => {
    const observed = world('FailedGetResourceMetric', UNREADY, { since: ago(30), available: ago(40) });
    const at = autoscalingLookAt(observed, NOW);
    expect(at).to.equal(ago(30).getTime() + 120_000);
    const then = new Date(at ?? 0);
    expect(autoscalingLookAt(observed, then)).to.equal(undefined);
    expect(readinessIn(observed, then).reason).to.equal('MetricsUnavailable');
    expect(autoscalingLookAt(world('FailedGetResourceMetric', UNREADY, { available: null }), NOW)).to.equal(undefined);
    expect(autoscalingLookAt({ autoscaler: anAutoscaler(), deployment: aDeployment() }, NOW)).to.equal(undefined);
  });
});
