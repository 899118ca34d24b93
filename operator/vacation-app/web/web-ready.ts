import type { V1Deployment } from '@kubernetes/client-node';
import { findingOf, type Finding } from '../../api/conditions.ts';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import { isPaused } from '../../api/paused.ts';
import { ANNOTATION, CONDITION } from '../../api/vacation-app.ts';
import { DATABASE } from '../children/steps.ts';
import { childName } from '../names.ts';
import { podsOf } from '../pods.ts';
import { rejection } from '../refusals.ts';
import { notMade } from '../status/not-made.ts';
import { podTrouble, type Trouble } from '../status/pod-trouble.ts';
import type { StatusInput } from '../status/status.ts';
import { isAsleep, isScaledAway, isScaledByOthers } from './replicas.ts';

/** `WebReady`. */
export function webReady(input: StatusInput): Finding {
  const { app, observed } = input;
  const { deployment } = observed;
  if (!deployment || (isAsleep(deployment) && input.waits.web !== undefined)) return beforeStart(input);
  const { total, updated, available, isCurrent } = countsOf(deployment);
  if (isCurrent && total === 0 && deployment.spec?.replicas === 0 && isScaledByOthers(app)) {
    return findingOf(CONDITION.webReady, false, REASON.scaledToZero, messageOf(REASON.scaledToZero));
  }
  const least = leastOf(app, deployment);
  if (isCurrent && updated === total && available >= least) {
    const [unit, are] = least === 1 ? ['pod', 'is'] : ['pods', 'are'];
    const pods = `At least ${least} ${unit} of the current template ${are} available`;
    const message = isRolloutPaused(deployment)
      ? `${pods}; the next rollout waits for ${resumingOf(deployment)}`
      : pods;
    return findingOf(CONDITION.webReady, true, REASON.available, message);
  }
  const trouble = podTrouble(podsOf(observed, 'web')) ?? rejection(observed, 'Deployment', deployment);
  const { reason, message } = hindranceOf(app, deployment, trouble);
  return findingOf(CONDITION.webReady, false, reason, message);
}

function beforeStart({ app, waits, failure }: StatusInput): Finding {
  const not = (reason: string, message: string): Finding => findingOf(CONDITION.webReady, false, reason, message);
  const { web: what } = waits;
  if (what === DATABASE) {
    return not(REASON.waitingForDatabase, messageOf(REASON.waitingForDatabase, { who: 'The web pods wait' }));
  }
  if (what !== undefined) return not(REASON.waitingForSchema, messageOf(REASON.waitingForSchema, { what }));
  return notMade(CONDITION.webReady, REASON.rollingOut, `Deployment ${childName(app, 'web')}`, failure);
}

/**
 * What keeps the web pods from being as they are wanted, the first that holds.
 *
 * 1. Somebody has set their number to 0, which is not theirs to set.
 * 2. Somebody has paused the rollout.
 * 3. What their pods tell, or that the rollout is stuck over it.
 */
function hindranceOf(app: CompleteApp, deployment: V1Deployment, trouble: Trouble | undefined): Trouble {
  const name = deployment.metadata?.name ?? '';
  const { total, updated, isCurrent } = countsOf(deployment);
  if (isScaledAway(deployment) && !isScaledByOthers(app)) {
    const paused = isPaused(app) ? ANNOTATION.paused : undefined;
    return { reason: REASON.scaledAway, message: messageOf(REASON.scaledAway, { deployment: name, paused }) };
  }
  if (isRolloutPaused(deployment) && isCurrent && (updated !== total || total === 0)) {
    const parts = { deployment: name, cause: trouble?.message, resuming: resumingOf(deployment) };
    return { reason: REASON.rolloutPaused, message: messageOf(REASON.rolloutPaused, parts) };
  }
  const { conditions = [] } = deployment.status ?? {};
  if (isCurrent && conditions.some(({ reason }) => reason === 'ProgressDeadlineExceeded')) {
    const message = messageOf(REASON.rolloutStuck, { deployment: name, cause: trouble?.message });
    return { reason: REASON.rolloutStuck, message };
  }
  return trouble ?? { reason: REASON.rollingOut, message: messageOf(REASON.rollingOut) };
}

function countsOf({ metadata, status }: V1Deployment): {
  readonly total: number;
  readonly updated: number;
  readonly available: number;
  /** Whether its controller has seen it as it is. */
  readonly isCurrent: boolean;
} {
  return {
    total: status?.replicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    isCurrent: status?.observedGeneration === metadata?.generation,
  };
}

/** How many available pods are enough: an autoscaler may add more. */
const leastOf = ({ spec: { replicas, autoscaling } }: CompleteApp, { spec }: V1Deployment): number =>
  Math.max(1, Math.min(spec?.replicas ?? 1, replicas ?? autoscaling.minReplicas));

/** By `kubectl rollout pause`, or by a tool that does the same: the field is nobody's of ours. */
const isRolloutPaused = ({ spec }: V1Deployment): boolean => spec?.paused === true;

const resumingOf = ({ metadata }: V1Deployment): string => `kubectl rollout resume deployment/${metadata?.name ?? ''}`;
