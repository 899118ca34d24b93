import type { V2HorizontalPodAutoscalerCondition } from '@kubernetes/client-node';
import { findingOf, type Finding } from '../../api/conditions.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { CONDITION } from '../../api/vacation-app.ts';
import { childName, WEB_CONTAINER } from '../names.ts';
import type { Observed } from '../observe.ts';
import { isHindrance } from '../status/failure.ts';
import { notMade } from '../status/not-made.ts';
import type { StatusInput } from '../status/status.ts';

/** Metrics of a pod exist some time after it is ready: two samples, 15 s apart at best, then the autoscaler's next look. */
const FIRST_METRICS_MS = 120_000;

/** What the autoscaler says of pods without metrics, of which new ones are some: of all pods, or of all that are ready. */
const NO_METRICS_YET = /no metrics returned from resource metrics API|did not receive metrics for/;
/** The answer of an API server that has no such API. */
const NO_METRICS_API = 'could not find the requested resource';
const NO_REQUEST = /missing request for cpu in container (\S+)/;

type Watched = Pick<Observed, 'autoscaler' | 'deployment'>;

type Scaling = Pick<StatusInput, 'app' | 'waits' | 'failure' | 'now'> & { readonly observed: Watched };

/** `AutoscalingReady`: what the HorizontalPodAutoscaler's controller says, in the words of Kubernetes 1.33 to 1.36. */
export function autoscalingReady({ app, observed, waits, failure, now }: Scaling): Finding {
  const is = (status: boolean | 'Unknown', reason: string, message: string): Finding =>
    findingOf(CONDITION.autoscalingReady, status, reason, message);
  if (!observed.autoscaler && waits.autoscaling === undefined && failure && isHindrance(failure)) {
    const object = `HorizontalPodAutoscaler ${childName(app, 'web')}`;
    return notMade(CONDITION.autoscalingReady, REASON.progressing, object, failure);
  }
  const failing = failureOf(observed);
  if (!failing) {
    return conditionsOf(observed).some(({ type, status }) => type === 'ScalingActive' && status === 'True')
      ? is(true, REASON.autoscaling, messageOf(REASON.autoscaling))
      : is('Unknown', REASON.progressing, messageOf(REASON.progressing));
  }
  const { reason: why = 'Unknown', message: words = '' } = failing;
  const parts = { why, words };
  if (why === 'AmbiguousSelector')
    return is(false, REASON.autoscalerAmbiguous, messageOf(REASON.autoscalerAmbiguous, parts));
  if (!isOfMetrics(failing)) return is(false, REASON.autoscalerFailing, messageOf(REASON.autoscalerFailing, parts));
  const [, container] = NO_REQUEST.exec(words) ?? [];
  if (container !== undefined) {
    const isWeb = container === WEB_CONTAINER;
    return is(false, REASON.cpuRequestMissing, messageOf(REASON.cpuRequestMissing, { container, isWeb }));
  }
  if (words.includes(NO_METRICS_API)) return is(false, REASON.metricsApiMissing, messageOf(REASON.metricsApiMissing));
  return now.getTime() < firstMetricsAt(observed, failing)
    ? is('Unknown', REASON.metricsPending, messageOf(REASON.metricsPending))
    : is(false, REASON.metricsUnavailable, messageOf(REASON.metricsUnavailable, parts));
}

/** When `AutoscalingReady` changes though nothing happens, in milliseconds since the epoch; undefined where it does not. */
export function autoscalingLookAt(observed: Watched, now: Date): number | undefined {
  const failing = failureOf(observed);
  const at = failing && isOfMetrics(failing) ? firstMetricsAt(observed, failing) : Infinity;
  return now.getTime() < at && at < Infinity ? at : undefined;
}

/** When there must be metrics of the web pods; while none is available, whose metrics would not count, never. */
function firstMetricsAt(
  observed: Watched,
  { message = '', lastTransitionTime }: V2HorizontalPodAutoscalerCondition,
): number {
  if (!NO_METRICS_YET.test(message)) return 0;
  const available = observed.deployment?.status?.conditions?.find(({ type }) => type === 'Available');
  if (available?.status !== 'True') return Infinity;
  return Math.max(timeOf(available.lastTransitionTime), timeOf(lastTransitionTime)) + FIRST_METRICS_MS;
}

const conditionsOf = ({ autoscaler }: Watched): V2HorizontalPodAutoscalerCondition[] =>
  autoscaler?.status?.conditions ?? [];

const failureOf = (observed: Watched): V2HorizontalPodAutoscalerCondition | undefined =>
  conditionsOf(observed).find(
    ({ type, status }) => (type === 'ScalingActive' || type === 'AbleToScale') && status === 'False',
  );

const isOfMetrics = ({ reason }: V2HorizontalPodAutoscalerCondition): boolean =>
  /^FailedGet(Container)?ResourceMetric$/.test(reason ?? '');

const timeOf = (time: Date | string | undefined): number => (time === undefined ? 0 : new Date(time).getTime());
