import { isHibernated, type CompleteApp } from '../../api/defaults.ts';
import { isPaused } from '../../api/paused.ts';
import { isStalled, isWarning, messageOf, REASON } from '../../api/reasons.ts';
import {
  ANNOTATION,
  CONDITION,
  type Correction,
  type VacationApp,
  type VacationAppStatus,
} from '../../api/vacation-app.ts';
import { conditionsOf, findingOf, type Finding } from '../../api/conditions.ts';
import { credentialsReady } from '../credentials/credentials-ready.ts';
import { exposed, urlOf } from '../web/exposure.ts';
import { databaseKindOf } from '../database/database.ts';
import type { Facts, OperatorDefaults } from '../facts.ts';
import type { DatabaseCheck } from '../tasks/check/checks.ts';
import type { Migration } from '../tasks/migrate/migration.ts';
import { TASKS } from '../tasks/tasks.ts';
import { FACT, WEB_CONTAINER } from '../names.ts';
import { inHibernation, unrestOf } from './hibernation.ts';
import { observedGenerationOf } from './observed-generation.ts';
import type { Observed } from '../observe.ts';
import type { HeldChild } from '../children/held-children.ts';
import type { Waits } from '../children/steps.ts';
import type { Failure } from './failure.ts';
import { lasting } from './lasting.ts';
import { isOverdue } from './overdue.ts';
import { policyInForce } from './policy-in-force.ts';
import { autoscalingReady } from '../web/autoscaling-ready.ts';
import { updatesOf } from './updates.ts';
import { wantsAutoscaler } from '../web/replicas.ts';
import { webReady } from '../web/web-ready.ts';

export interface StatusInput {
  readonly app: CompleteApp;
  readonly observed: Observed;
  readonly facts: Facts;
  /** The migration that the desired web pods need. */
  readonly migration: Migration;
  /** What the last check of the database found, where it is checked. */
  readonly check: DatabaseCheck | undefined;
  readonly defaults: OperatorDefaults;
  readonly waits: Waits;
  readonly failure: Failure | undefined;
  readonly held?: readonly HeldChild[];
  readonly drift?: {
    readonly corrections: readonly Correction[];
    /** What others keep changing back. */
    readonly contested: Finding | undefined;
  };
  readonly now: Date;
}

type Check = (input: StatusInput) => Finding;

/** What gates `Ready`, in order: the first that is not true is the reason. */
const gatesOfReady = (): Check[] => [
  ({ app, observed, failure }) => credentialsReady(app, observed, failure),
  ({ app, observed, check, failure }) => databaseKindOf(app).finding(app, observed, check, failure),
  ...TASKS.flatMap(({ gate }) => gate?.finding ?? []),
  webReady,
];

/** The whole status, as a function of the live children. */
export function statusOf(input: StatusInput): VacationAppStatus {
  const { app, observed, facts, drift, now } = input;
  const checked = gatesOfReady().map((check) => lasting(check(input), app));
  const gates = isHibernated(app) ? checked.map(inHibernation) : checked;
  const failed = isHibernated(app) ? unrestOf(app, observed) : gates.find(({ status }) => status !== 'True');
  const findings = [
    ...readiness(input, failed, gates),
    ...gates,
    ...(wantsAutoscaler(app) ? [autoscalingReady(input)] : []),
    ...exposed(input),
    updateAvailable(input),
  ];
  const generation = observedGenerationOf(app);
  const before = app.status?.conditions ?? [];
  const { deployment, autoscaler, volumeClaim } = observed;
  const storage = volumeClaim?.status?.capacity?.storage;
  const policy = policyInForce(app, observed);
  const restart = restartHandled(app, deployment, gates);
  const image = deployment?.spec?.template.spec?.containers.find(({ name }) => name === WEB_CONTAINER)?.image;
  return {
    observedGeneration: generation,
    conditions: conditionsOf(findings, before, { now, generation }),
    url: urlOf(app, observed),
    ...(image === undefined ? {} : { image }),
    ...(facts.schemaVersion === undefined ? {} : { schemaVersion: facts.schemaVersion }),
    web: webOf(observed),
    ...(autoscaler?.spec
      ? {
          autoscaling: {
            minReplicas: autoscaler.spec.minReplicas ?? 1,
            maxReplicas: autoscaler.spec.maxReplicas,
            desiredReplicas: autoscaler.status?.desiredReplicas ?? 0,
          },
        }
      : {}),
    database: {
      ...(facts.databaseVersion === undefined ? {} : { version: facts.databaseVersion }),
      endpoint: databaseKindOf(app).endpoint(app),
      ...(storage === undefined ? {} : { storage }),
      ...(policy === undefined ? {} : { deletionPolicy: policy }),
    },
    ...(restart === undefined ? {} : { lastHandled: { restart } }),
    ...(drift === undefined || drift.corrections.length === 0 ? {} : { drift: drift.corrections }),
  };
}

/** The restart that all web pods have had; while they are being replaced, the one before. */
function restartHandled(
  { status }: CompleteApp,
  deployment: Observed['deployment'],
  gates: readonly Finding[],
): string | undefined {
  const isRolledOut = gates.some((gate) => gate.type === CONDITION.webReady && gate.status === 'True');
  return isRolledOut ? deployment?.spec?.template.metadata?.annotations?.[FACT.restart] : status?.lastHandled?.restart;
}

/**
 * The status of an app whose spec the operator cannot read. It changes the conditions and the number of web pods. All other fields keep
 * their values.
 */
export function statusOfInvalid(
  app: VacationApp,
  fault: string,
  { now, ...observed }: Pick<Observed, 'deployment'> & { readonly now: Date },
): VacationAppStatus {
  const before = app.status?.conditions ?? [];
  const generation = observedGenerationOf(app);
  const roots: readonly string[] = [CONDITION.ready, CONDITION.stalled, CONDITION.reconciling];
  const findings = [
    findingOf(CONDITION.ready, false, REASON.invalidSpec, fault),
    findingOf(CONDITION.stalled, true, REASON.invalidSpec, fault),
    ...before
      .filter(({ type }) => !roots.includes(type))
      .map(({ type }) => findingOf(type, 'Unknown', REASON.invalidSpec, 'Not looked at: the spec is not valid')),
  ];
  return {
    ...app.status,
    observedGeneration: generation,
    conditions: conditionsOf(findings, before, { now, generation }),
    web: webOf(observed),
  };
}

function readiness(input: StatusInput, failed: Finding | undefined, gates: readonly Finding[]): Finding[] {
  const { app, failure, drift, held = [], now } = input;
  const paused = isPaused(app);
  const deleting = held.length === 0 ? undefined : childDeleting(held);
  if (failure?.isPassing === false) {
    const { reason, message } = failure;
    const cause = gates.find((gate) => gate.reason === reason) ?? findingOf(CONDITION.ready, false, reason, message);
    return notReady(reason, message, isOverdue(cause, input, now));
  }
  if (failed && failure?.hasLasted === true && !isNamed(failed)) return notReady(failure.reason, failure.message);
  if (failed) {
    const { reason, message: cause } = failed;
    // Somebody who scales the workloads up again keeps the app from its rest.
    const contested = reason === REASON.hibernating ? drift?.contested : undefined;
    const parts = [cause, contested?.message, deleting?.message].filter((part) => part !== undefined).join('. ');
    const message = paused ? `${parts} (paused: nothing is being changed)` : parts;
    return notReady(reason, message, isOverdue(failed, input, now));
  }
  const [reason, fine] = isHibernated(app)
    ? [REASON.hibernated, 'Nothing of the app runs; its data are kept']
    : [REASON.available, 'The app serves'];
  const message = paused ? `${fine}; paused: nothing is being changed` : fine;
  return [
    findingOf(CONDITION.ready, true, paused ? REASON.paused : reason, message),
    ...(failure ? [findingOf(CONDITION.reconciling, true, failure.reason, failure.message)] : []),
    ...(failure ? [] : [drift?.contested ?? deleting].filter((finding) => finding !== undefined)),
  ];
}

const childDeleting = (children: readonly HeldChild[]): Finding =>
  findingOf(CONDITION.reconciling, true, REASON.childDeleting, messageOf(REASON.childDeleting, { children }));

/** Whether it is a trouble that has a name of its own, which comes first in the chain or needs somebody, and not that of the failure. */
const isNamed = ({ reason }: Finding): boolean => isWarning(reason) && reason !== REASON.applyFailed;

/** Either Stalled or Reconciling: the reason's kind decides, and how long it has lasted. */
const notReady = (reason: string, message: string, isLate = false): Finding[] => [
  findingOf(CONDITION.ready, false, reason, message),
  findingOf(isStalled(reason) || isLate ? CONDITION.stalled : CONDITION.reconciling, true, reason, message),
];

function updateAvailable({ app, facts, defaults }: StatusInput): Finding {
  const updates = updatesOf(app, facts, defaults);
  if (updates.length === 0) {
    return findingOf(CONDITION.updateAvailable, false, REASON.upToDate, messageOf(REASON.upToDate));
  }
  const message = messageOf(REASON.newDefaults, { updates, annotation: ANNOTATION.update });
  return findingOf(CONDITION.updateAvailable, true, REASON.newDefaults, message);
}

function webOf({ deployment }: Pick<Observed, 'deployment'>): NonNullable<VacationAppStatus['web']> {
  const desired = deployment?.spec?.replicas ?? 0;
  const ready = deployment?.status?.readyReplicas ?? 0;
  return { desired, ready, updated: deployment?.status?.updatedReplicas ?? 0, summary: `${ready}/${desired}` };
}
