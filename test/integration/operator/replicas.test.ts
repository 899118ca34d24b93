import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Deployment, V1Job, V1StatefulSet, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import type { VacationAppSpec } from '../../../operator/api/vacation-app.ts';
import { isConflict, isNotFound } from '../../../operator/runtime/client/api-error.ts';
import { pathOf, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { owns } from '../../../operator/runtime/apply/owned-fields.ts';
import { AUTOSCALER, DEPLOYMENT, JOB, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { FIELD_MANAGER, HANDOVER_MANAGER } from '../../../operator/vacation-app/names.ts';
import { seeded, type Random } from '../../support/random.ts';
import { createWorld, eventually, type Scene, startOperator, type RunningOperator, type World } from './world.ts';

const STEPS = Number(process.env.FLIP_STEPS ?? 60);
const SEED = Number(process.env.FLIP_SEED ?? Date.now() % 1_000_000);
const APP = 'flipped';

type Live<T> = T & KubeObject;

describe(`the number of web pods, over ${STEPS} random changes (FLIP_STEPS), from FLIP_SEED=${SEED}`, () => {
  let world: World;
  let operator: RunningOperator;
  let here: Scene;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    operator = startOperator(world);
    here = await world.namespace('flipping');
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  it('is never written by the operator while it is the autoscaler’s', async function () {
    this.timeout(60_000 + STEPS * 3_000);
    const random = seeded(SEED);
    const stop = new AbortController();
    const others = [
      simulateWorkloads(here, stop.signal),
      simulateAutoscaler(world, here, seeded(SEED + 1), stop.signal),
    ];
    try {
      let spec: Partial<VacationAppSpec> = {};
      for (let step = 0; step < STEPS; step += 1) {
        spec = changed(spec, random);
        await here.declare(APP, spec);
        if (random.between(1, 5) === 1 || step === STEPS - 1) await settles(here, spec, `step ${step} of seed ${SEED}`);
        else await sleep(random.between(0, 60));
      }
    } finally {
      stop.abort();
      await Promise.all(others);
    }
    const { lives, writes, scales } = await history(world, here.namespace);
    // by chance few in a short run: FLIP_STEPS=1000 has dozens
    const least = Math.floor(STEPS / 60) - 1;
    expect(scales, 'the autoscaler was at work').to.be.at.least(least);
    expect(lives.length, 'and went and came').to.be.at.least(least);
    const wrong = writes.filter(({ from, to }) => lives.some((life) => life.from < from && to < life.to));
    expect(wrong, 'writes while there was an autoscaler').to.deep.equal([]);
    const blind = writes.filter(({ manager, isCareful }) => manager === HANDOVER_MANAGER && !isCareful);
    expect(blind, 'handed over without a look').to.deep.equal([]);
    expect(writes.some(({ manager }) => manager === FIELD_MANAGER) && writes.length > STEPS / 60).to.equal(true);
  });
});

/** One of the things that people change, changed. */
function changed(spec: Partial<VacationAppSpec>, random: Random): Partial<VacationAppSpec> {
  const { replicas: _, autoscaling: __, ...rest } = spec;
  switch (random.between(1, 4)) {
    case 1:
      return { ...rest, replicas: random.between(1, 6) };
    case 2:
      return { ...rest, autoscaling: { minReplicas: random.between(1, 4), maxReplicas: random.between(4, 9) } };
    case 3:
      return { ...spec, mode: spec.mode === 'Hibernated' ? 'Running' : 'Hibernated' };
    default:
      return { ...spec, image: `webapp:${random.between(1, 9)}` };
  }
}

/** Waits until the Deployment and the autoscaler are as the spec says, by value and by owner. */
async function settles(here: Scene, spec: Partial<VacationAppSpec>, when: string): Promise<void> {
  const fixed = spec.mode === 'Hibernated' ? 0 : spec.replicas;
  const { minReplicas = 2, maxReplicas = 10 } = spec.autoscaling ?? {};
  await eventually(
    `${when}: ${JSON.stringify(spec)}`,
    async () => {
      const deployment = await here.get<Live<V1Deployment>>(DEPLOYMENT, `${APP}-web`);
      const autoscaler = await here.get<Live<V2HorizontalPodAutoscaler>>(AUTOSCALER, `${APP}-web`);
      return {
        replicas: deployment?.spec?.replicas ?? -1,
        isOurs: deployment !== undefined && owns(deployment, FIELD_MANAGER, ['spec', 'replicas']),
        bounds: autoscaler?.spec && [autoscaler.spec.minReplicas, autoscaler.spec.maxReplicas],
      };
    },
    ({ replicas, isOurs, bounds }) =>
      fixed === undefined
        ? !isOurs && bounds?.[0] === minReplicas && bounds[1] === maxReplicas && replicas >= 1
        : isOurs && bounds === undefined && replicas === fixed,
  );
}

/** Scales as the HorizontalPodAutoscaler's controller does: by an update of the scale that it has read, while there is an autoscaler. */
async function simulateAutoscaler(world: World, here: Scene, random: Random, signal: AbortSignal): Promise<void> {
  const path = pathOf(DEPLOYMENT, here.namespace, `${APP}-web`, 'scale');
  await until(signal, async () => {
    const autoscaler = await here.get<Live<V2HorizontalPodAutoscaler>>(AUTOSCALER, `${APP}-web`);
    if (!autoscaler?.spec) return;
    const scale = await world.admin.request<{ spec: { replicas?: number } }>({ method: 'GET', path });
    // None means that scaling is disabled.
    if ((scale.spec.replicas ?? 0) === 0) return;
    await sleep(random.between(0, 5));
    const replicas = random.between(autoscaler.spec.minReplicas ?? 1, autoscaler.spec.maxReplicas);
    await world.admin.request({
      method: 'PUT',
      path,
      query: { fieldManager: 'kube-controller-manager' },
      body: { ...scale, spec: { replicas } },
    });
  });
}

/** Says of every workload what its controller would say: it is as it is wanted. */
async function simulateWorkloads(here: Scene, signal: AbortSignal): Promise<void> {
  await until(signal, async () => {
    const mysql = await here.get<Live<V1StatefulSet>>(STATEFUL_SET, `${APP}-mysql`);
    if (mysql) await here.volumeIsMade(APP);
    if (mysql && mysql.status?.observedGeneration !== mysql.metadata.generation) {
      const pods = mysql.spec?.replicas ?? 0;
      const status = {
        replicas: pods,
        readyReplicas: pods,
        availableReplicas: pods,
        currentRevision: 'a',
        updateRevision: 'a',
      };
      const observedGeneration = mysql.metadata.generation;
      await here.patch(STATEFUL_SET, mysql.metadata.name, { status: { ...status, observedGeneration } }, 'status');
    }
    // Those that are there now: to wait for one would be to wait for what hibernation may just have taken away.
    for (const { metadata, status } of await here.list<Live<V1Job>>(JOB)) {
      if (status?.completionTime === undefined) await here.jobEnds(metadata.name, true);
    }
  });
}

async function until(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work().catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    });
    await sleep(10);
  }
}

interface Span {
  readonly from: string;
  readonly to: string;
}

interface Write extends Span {
  readonly manager: string;
  readonly replicas: number;
  /** Whether it was for one version of the Deployment alone, or would not have been done had the number been another's. */
  readonly isCareful: boolean;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly objectRef?: { readonly namespace?: string; readonly resource?: string; readonly subresource?: string };
  readonly requestObject?: {
    readonly metadata?: { readonly resourceVersion?: string };
    readonly spec?: { readonly replicas?: number };
  };
  readonly responseStatus?: { readonly code?: number };
}

/** From the audit log: when there certainly was an autoscaler, the operator's writes to the number, and how often it was scaled. */
async function history(world: World, namespace: string): Promise<{ lives: Span[]; writes: Write[]; scales: number }> {
  const events = (await readFile(world.server.auditLog, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ stage, objectRef, responseStatus }) => {
      const done = stage === 'ResponseComplete' && (responseStatus?.code ?? 500) < 300;
      return done && objectRef?.namespace === namespace;
    })
    .sort((a, b) => (a.requestReceivedTimestamp < b.requestReceivedTimestamp ? -1 : 1));
  const lives: Span[] = [];
  let born: string | undefined;
  const writes: Write[] = [];
  let scales = 0;
  for (const { verb, requestURI, objectRef, requestObject, ...time } of events) {
    const from = time.requestReceivedTimestamp;
    const to = time.stageTimestamp;
    if (objectRef?.resource === AUTOSCALER.plural && objectRef.subresource === undefined) {
      if (verb === 'patch') born ??= to;
      if (verb === 'delete' && born !== undefined) {
        lives.push({ from: born, to: from });
        born = undefined;
      }
    }
    if (objectRef?.resource !== DEPLOYMENT.plural) continue;
    if (objectRef.subresource === 'scale') scales += 1;
    const replicas = requestObject?.spec?.replicas;
    const manager = /fieldManager=(vacation-operator[-\w]*)/.exec(requestURI)?.[1];
    if (replicas === undefined || manager === undefined) continue;
    writes.push({
      from,
      to,
      manager,
      replicas,
      isCareful: requestObject?.metadata?.resourceVersion !== undefined || requestURI.includes('force=false'),
    });
  }
  if (born !== undefined) lives.push({ from: born, to: '9999' });
  return { lives, writes, scales };
}
