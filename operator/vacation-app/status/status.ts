import type { V1Deployment } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../api/defaults.ts';
import { isStalled, messageOf, REASON } from '../../api/reasons.ts';
import { ANNOTATION, CONDITION, type VacationApp, type VacationAppStatus } from '../../api/vacation-app.ts';
import { conditionsOf, findingOf, type Finding } from '../../api/conditions.ts';
import type { Correction } from '../../runtime/apply/drift.ts';
import { keysOf } from '../credentials/credentials.ts';
import { exposed, urlOf } from '../web/exposure.ts';
import { endpointOf, externalDatabaseReady, type DatabaseCheck } from '../database/external/external-database.ts';
import { updatesOf, type Facts, type OperatorDefaults } from '../facts.ts';
import type { Migration } from '../tasks/migrate/migration.ts';
import { childName, credentialsName, FACT } from '../names.ts';
import { inHibernation, unrestOf } from './hibernation.ts';
import { isPaused, observedGenerationOf } from './observed-generation.ts';
import { isManagedDatabaseReady, jobCondition, jobNamed, podsOf, podsOfJob, type Observed } from '../observe.ts';
import { ownSecretFault, secretUses } from '../credentials/own-secrets.ts';
import { lasting, lastingReason } from './lasting.ts';
import { podTrouble, type Trouble } from './pod-trouble.ts';
import { deletionOf, growthOf, pendingOf, policyInForce } from '../database/managed/volume.ts';
import { fixedReplicas } from '../web/replicas.ts';

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
  /** What is known of an external database. */
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
const GATES: readonly Check[] = [credentialsReady, databaseReady, schemaReady, webReady];

/** The whole status, as a function of the live children. */
export function statusOf(input: StatusInput): VacationAppStatus {
  const { app, observed, facts, drift, now } = input;
  const checked = GATES.map((check) => lasting(check(input), app));
  const gates = isHibernated(app) ? checked.map(inHibernation) : checked;
  const failed = isHibernated(app) ? unrestOf(app, observed) : gates.find(({ status }) => status !== 'True');
  const findings = [
    ...readiness(input, failed),
    ...gates,
    ...(fixedReplicas(app) === undefined ? [autoscalingReady(input)] : []),
    ...exposed(app, observed),
    updateAvailable(input),
  ];
  const generation = observedGenerationOf(app);
  const before = app.status?.conditions ?? [];
  const { deployment, autoscaler, volumeClaim } = observed;
  const storage = volumeClaim?.status?.capacity?.storage;
  const policy = policyInForce(app, observed);
  const restart = restartHandled(app, deployment, gates);
  const image = deployment?.spec?.template.spec?.containers[0]?.image;
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
      endpoint: databaseEndpoint(app),
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
  const fault = ownSecretFault(app, observed.own);
  if (fault) return findingOf(CONDITION.credentialsReady, false, fault.reason, fault.message);
  const own = secretUses(app).map((use) => use.name);
  const isGenerated = app.spec.credentials?.secretName === undefined;
  const complete = !isGenerated || keysOf(app).every((key) => observed.secret?.data?.[key]);
  if (complete && own.length > 0) {
    const names = [...(isGenerated ? [credentialsName(app)] : []), ...new Set(own)].join(', ');
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

/** Whether the StatefulSet's controller has looked, wants a pod and has made none: it has no condition that would say why. */
function hasNoPod(observed: Observed): boolean {
  const { metadata, spec, status } = observed.statefulSet ?? {};
  if (spec?.replicas === 0 || status?.observedGeneration !== metadata?.generation) return false;
  return (status?.replicas ?? 0) === 0 && podsOf(observed, 'mysql').length === 0;
}

function databaseEndpoint(app: CompleteApp): string {
  const { external } = app.spec.database;
  return external ? endpointOf(external) : `${childName(app, 'mysql')}.${app.metadata.namespace ?? ''}.svc:3306`;
}

function databaseReady({ app, observed, check }: StatusInput): Finding {
  const { external } = app.spec.database;
  if (external) return externalDatabaseReady(app, external, observed, check);
  const not = (reason: string, message: string): Finding => findingOf(CONDITION.databaseReady, false, reason, message);
  const { volumeClaim } = observed;
  if (volumeClaim?.metadata?.deletionTimestamp !== undefined) {
    return not(REASON.volumeDeleting, deletionOf(volumeClaim));
  }
  if (isManagedDatabaseReady(observed)) {
    const message = `MySQL takes connections${growthOf(observed.volumeClaim)}`;
    return findingOf(CONDITION.databaseReady, true, REASON.available, message);
  }
  if (!observed.statefulSet) return not(REASON.waitingForCredentials, 'StatefulSet is not there yet');
  const trouble = podTrouble(podsOf(observed, 'mysql'));
  const isPending = volumeClaim !== undefined && volumeClaim.status?.phase !== 'Bound';
  // The scheduler says no more of such a volume than that it is not bound.
  const isOfVolume =
    trouble?.reason === REASON.podUnschedulable && /persistent ?volume|storageclass/i.test(trouble.message);
  if (isPending && (trouble === undefined || isOfVolume)) return not(REASON.volumePending, pendingOf(app, volumeClaim));
  if (trouble) return not(trouble.reason, trouble.message);
  if (hasNoPod(observed)) {
    const message = `StatefulSet ${childName(app, 'mysql')} has no pod, which the API server may refuse (a quota, an admission rule): kubectl describe statefulset ${childName(app, 'mysql')} tells why`;
    return not(REASON.podsRejected, message);
  }
  return not(REASON.databaseStarting, `${childName(app, 'mysql')} is starting`);
}

function schemaReady({ observed, facts, migration }: StatusInput): Finding {
  const is = (status: boolean, reason: string, message: string): Finding =>
    findingOf(CONDITION.schemaReady, status, reason, message);
  const { name, isDone } = migration;
  if (isDone) {
    const version = facts.schemaVersion === undefined ? '' : `, version ${facts.schemaVersion}`;
    return is(true, REASON.migrated, `The schema is as the web pods need it${version}`);
  }
  const job = jobNamed(observed, name);
  if (jobCondition(job, 'Failed')) {
    return is(
      false,
      REASON.migrationFailed,
      `Job ${name} has failed; kubectl logs job/${name} tells why; it is tried again every five minutes`,
    );
  }
  if (!job) return is(false, REASON.waitingForDatabase, 'The migration waits for the database');
  const trouble = podTrouble(podsOfJob(observed, job));
  return trouble
    ? is(false, trouble.reason, trouble.message)
    : is(false, REASON.migrationRunning, `Job ${name} is running`);
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
