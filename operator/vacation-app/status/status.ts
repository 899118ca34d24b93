import type { V1Deployment } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../api/defaults.ts';
import { isStalled, messageOf, REASON } from '../../api/reasons.ts';
import { ANNOTATION, CONDITION, type VacationApp, type VacationAppStatus } from '../../api/vacation-app.ts';
import { conditionsOf, findingOf, type Finding } from '../../api/conditions.ts';
import type { Correction } from '../../runtime/apply/drift.ts';
import { credentialKeysOf } from '../credentials/credentials.ts';
import { exposed, urlOf } from '../web/exposure.ts';
import { databaseKindOf } from '../database/database.ts';
import { updatesOf, type Facts, type OperatorDefaults } from '../facts.ts';
import type { DatabaseCheck } from '../tasks/check/checks.ts';
import type { Migration } from '../tasks/migrate/migration.ts';
import { TASKS } from '../tasks/tasks.ts';
import { credentialsName, FACT, WEB_CONTAINER } from '../names.ts';
import { inHibernation, unrestOf } from './hibernation.ts';
import { isPaused, observedGenerationOf } from './observed-generation.ts';
import type { Observed } from '../observe.ts';
import { podsOf } from '../pods.ts';
import { userSecretFault, secretUses } from '../credentials/user-secrets.ts';
import { lasting, lastingReason } from './lasting.ts';
import { podTrouble, type Trouble } from './pod-trouble.ts';
import { policyInForce } from './policy-in-force.ts';
import { wantsAutoscaler } from '../web/replicas.ts';

/** Why the last reconcile did not get through; undefined when it did, or when it waits for what the conditions tell anyway. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** The API server could not be asked, and is asked again: nothing is known to be wrong with the app. */
  readonly isPassing: boolean;
}

export interface StatusInput {
  readonly app: CompleteApp;
  readonly observed: Observed;
  readonly facts: Facts;
  /** The migration that the desired web pods need. */
  readonly migration: Migration;
  /** What the last check of the database found, where it is checked. */
  readonly check: DatabaseCheck | undefined;
  readonly defaults: OperatorDefaults;
  readonly failure: Failure | undefined;
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
  credentialsReady,
  ({ app, observed, check }) => databaseKindOf(app).finding(app, observed, check),
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
    ...readiness(input, failed),
    ...gates,
    ...(wantsAutoscaler(app) ? [autoscalingReady(input)] : []),
    ...exposed(app, observed),
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
 * The status of an app whose spec the operator cannot work with: nothing can be said by it. Whatever was known stays, but for how it stands
 * with the conditions, and for the web pods, which are counted.
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

function readiness({ app, failure, drift }: StatusInput, failed: Finding | undefined): Finding[] {
  const paused = isPaused(app);
  if (failure?.isPassing === false) return notReady(failure.reason, failure.message);
  if (failed) {
    const { reason, message } = failed;
    return notReady(reason, paused ? `${message} (paused: nothing is being changed)` : message);
  }
  const [reason, fine] = isHibernated(app)
    ? [REASON.hibernated, 'Nothing of the app runs; its data are kept']
    : [REASON.available, 'The app serves'];
  const message = paused ? `${fine}; paused: nothing is being changed` : fine;
  return [
    findingOf(CONDITION.ready, true, paused ? REASON.paused : reason, message),
    ...(failure ? [findingOf(CONDITION.reconciling, true, failure.reason, failure.message)] : []),
    ...(!failure && drift?.contested ? [drift.contested] : []),
  ];
}

/** Either Stalled or Reconciling: the reason's kind decides. */
const notReady = (reason: string, message: string): Finding[] => [
  findingOf(CONDITION.ready, false, reason, message),
  findingOf(isStalled(reason) ? CONDITION.stalled : CONDITION.reconciling, true, reason, message),
];

function credentialsReady({ app, observed }: StatusInput): Finding {
  const fault = userSecretFault(app, observed.userSecrets);
  if (fault) return findingOf(CONDITION.credentialsReady, false, fault.reason, fault.message);
  const ofUser = secretUses(app).map((use) => use.name);
  const isGenerated = app.spec.credentials?.secretName === undefined;
  const complete = !isGenerated || credentialKeysOf(app).every((key) => observed.secret?.data?.[key]);
  if (complete && ofUser.length > 0) {
    const names = [...(isGenerated ? [credentialsName(app)] : []), ...new Set(ofUser)].join(', ');
    return findingOf(CONDITION.credentialsReady, true, REASON.available, `Secrets ${names} hold all keys`);
  }
  const name = credentialsName(app);
  return complete
    ? findingOf(CONDITION.credentialsReady, true, REASON.available, `Secret ${name} holds all keys`)
    : findingOf(
        CONDITION.credentialsReady,
        false,
        REASON.waitingForCredentials,
        messageOf(REASON.waitingForCredentials, { secret: name }),
      );
}

function webReady({ app, observed }: StatusInput): Finding {
  const is = (status: boolean, reason: string, message: string): Finding =>
    findingOf(CONDITION.webReady, status, reason, message);
  const { deployment } = observed;
  if (!deployment) return is(false, REASON.waitingForSchema, messageOf(REASON.waitingForSchema));
  const { status, metadata, spec } = deployment;
  const total = status?.replicas ?? 0;
  const updated = status?.updatedReplicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  const least = Math.max(1, Math.min(spec?.replicas ?? 1, app.spec.replicas ?? app.spec.autoscaling.minReplicas));
  const current = status?.observedGeneration === metadata?.generation;
  if (current && updated === total && available >= least) {
    return is(
      true,
      REASON.available,
      `At least ${least} ${least === 1 ? 'pod' : 'pods'} of the current template are available`,
    );
  }
  const trouble = podTrouble(podsOf(observed, 'web')) ?? rejectionOf(deployment);
  const isStuck = current && status?.conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded');
  const hindrance = isStuck ? stuckOver(trouble, metadata?.name ?? '') : trouble;
  return hindrance
    ? is(false, hindrance.reason, hindrance.message)
    : is(false, REASON.rollingOut, messageOf(REASON.rollingOut));
}

/** What may pass by itself has had its time. */
function stuckOver(trouble: Trouble | undefined, deployment: string): Trouble {
  const reason = lastingReason(trouble?.reason ?? '');
  if (trouble && isStalled(reason)) return { ...trouble, reason };
  const message = messageOf(REASON.rolloutStuck, { deployment, cause: trouble?.message });
  return { reason: REASON.rolloutStuck, message };
}

function rejectionOf({ status }: V1Deployment): Trouble | undefined {
  const rejected = status?.conditions?.find(({ type, status: value }) => type === 'ReplicaFailure' && value === 'True');
  const message = rejected?.message ?? 'The API server refuses the web pods';
  return rejected && { reason: REASON.podsRejected, message };
}

function autoscalingReady({ observed }: StatusInput): Finding {
  const conditions = observed.autoscaler?.status?.conditions ?? [];
  const failing = conditions.find(
    ({ type, status }) => (type === 'ScalingActive' || type === 'AbleToScale') && status === 'False',
  );
  if (failing) {
    const { reason: why = 'Unknown', message: words = '' } = failing;
    const message = messageOf(REASON.metricsUnavailable, { why, words });
    return findingOf(CONDITION.autoscalingReady, false, REASON.metricsUnavailable, message);
  }
  return conditions.some(({ type, status }) => type === 'ScalingActive' && status === 'True')
    ? findingOf(CONDITION.autoscalingReady, true, REASON.autoscaling, messageOf(REASON.autoscaling))
    : findingOf(CONDITION.autoscalingReady, 'Unknown', REASON.progressing, messageOf(REASON.progressing));
}

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
