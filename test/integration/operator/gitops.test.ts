import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments, parse } from 'yaml';
import { conditionsOf, findingOf, type Finding } from '../../../operator/api/conditions.ts';
import { isStalled, REASON, REASONS, stallsLater } from '../../../operator/api/reasons.ts';
import { CONDITION, VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { pathOf, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { DEPLOYMENT, SERVICE_ACCOUNT } from '../../../operator/vacation-app/kinds.ts';
import { statusOf, type StatusInput } from '../../../operator/vacation-app/status/status.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { gitopsHealthOf } from '../../support/gitops-health.ts';
import { createKubectl, type Kubectl } from '../../support/kubectl.ts';
import { readReadme } from '../../support/readme.ts';
import { simulateWorkloads, type SimulatedWorkloads } from '../../support/simulated-workloads.ts';
import { aCompleteApp, aServingWorld, aVacationApp, DEFAULTS, someFacts } from '../../support/vacation-app.ts';
import { createWorld, Scene, startOperator, type RunningOperator, type World } from './world.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const CURRENT = { kstatus: 'Current', argocd: 'Healthy' };
const IN_PROGRESS = { kstatus: 'InProgress', argocd: 'Progressing' };
const FAILED = { kstatus: 'Failed', argocd: 'Degraded' };
const TERMINATING = { kstatus: 'Terminating', argocd: 'Progressing' };

const { ready, reconciling, stalled } = CONDITION;

/** An app of generation 1 with the status that the operator writes. */
const aServingApp = (input: Partial<StatusInput> = {}): VacationApp => {
  const app = aCompleteApp();
  const migration = { name: 'milky-way-migrate-1', isDone: true, isRemembered: false };
  const status = statusOf({
    ...{ app, observed: aServingWorld(), facts: someFacts(), migration, check: undefined, defaults: DEFAULTS },
    ...{ waits: {}, failure: undefined, now: NOW, ...input },
  });
  return { ...aVacationApp(), status };
};

/** An app whose status has these conditions. */
const telling = (...findings: Finding[]): VacationApp => {
  const app = aServingApp();
  const before = app.status?.conditions ?? [];
  const others = before.filter(({ type }) => !findings.some((finding) => finding.type === type));
  const conditions = [...others, ...conditionsOf(findings, before, { now: NOW, generation: 1 })];
  return { ...app, status: { ...app.status, observedGeneration: 1, conditions } };
};

const gated = (reason: string, wait: string): VacationApp =>
  telling(findingOf(ready, false, reason, `as of ${reason}`), findingOf(wait, true, reason, `as of ${reason}`));

type Row = readonly [title: string, app: VacationApp, expected: { kstatus: string; argocd: string }];

const rowsOfReasons = Object.entries(REASONS).flatMap(([reason, { kind }]): Row[] => {
  const failure = { reason, message: `as of ${reason}`, isPassing: false };
  switch (kind) {
    case 'stalled':
      return [[`${reason}: somebody has to act`, aServingApp({ failure }), FAILED]];
    case 'reconciling':
      return [
        [`${reason}: passes by itself`, aServingApp({ failure }), IN_PROGRESS],
        ...(stallsLater(reason) ? [[`${reason}: has lasted too long`, gated(reason, stalled), FAILED] as const] : []),
      ];
    default:
      return [[`${reason}: as it should be`, telling(findingOf(ready, true, reason, 'is fine')), CURRENT]];
  }
});

const passing = { reason: REASON.applyFailed, message: 'no answer', isPassing: true };
const { status: _, ...silent } = aServingApp();

const rows: readonly Row[] = [
  ...rowsOfReasons,
  ['an app that serves', aServingApp(), CURRENT],
  ['a new app, as the schema has it', { ...silent, status: { observedGeneration: -1 } }, IN_PROGRESS],
  ['a spec that the operator has not seen', { ...aServingApp(), metadata: { ...silent.metadata, generation: 2 } }, IN_PROGRESS], // prettier-ignore
  ['an app that serves, while a write is tried again', aServingApp({ failure: passing }), IN_PROGRESS],
  ['an app that is being deleted', { ...aServingApp(), metadata: { ...silent.metadata, deletionTimestamp: NOW } }, TERMINATING], // prettier-ignore
];

describe('the health that GitOps tools see', () => {
  it('is what the kind of each reason says, for kstatus and for Argo CD, with the words of the status', async () => {
    const verdicts = await gitopsHealthOf(...rows.map(([, app]) => app));
    for (const [index, [title, { status }, expected]] of rows.entries()) {
      const { kstatus, argocd } = verdicts[index] ?? {};
      expect({ kstatus: kstatus?.status, argocd: argocd?.status }, title).to.deep.equal(expected);
      const told = status?.conditions?.find(({ type }) => type === reconciling || type === stalled);
      if (told && expected !== TERMINATING && !title.startsWith('a spec')) {
        expect([kstatus?.message, argocd?.message], title).to.deep.equal([told.message, told.message]);
      }
    }
    expect(rows.filter(([, , expected]) => expected === FAILED)).to.have.length.above(25);
  });

  it('leaves no reason out, and calls failed at once only what no waiting mends', () => {
    const atOnce = Object.keys(REASONS).filter(isStalled);
    expect(atOnce.sort()).to.deep.equal([
      ...['CredentialsInvalid', 'DatabaseUnsupported', 'InvalidSpec', 'MigrationFailed', 'NotOwned', 'RolloutPaused'],
      ...['RolloutStuck', 'VolumeDeleting', 'VolumeLost', 'VolumeNotExpandable', 'VolumeOfOtherClass'],
    ]);
  });
});

/** The apps among the samples that people apply as a whole. */
async function ofSamples(kubectl: Kubectl): Promise<VacationApp[]> {
  const text = await kubectl(['kustomize', join(root, 'config', 'samples')]);
  return appsIn(parseAllDocuments(text).map((document) => document.toJS() as unknown));
}

async function ofReadme(): Promise<VacationApp[]> {
  const blocks = [...(await readReadme()).matchAll(/```yaml\n(.*?)```/gs)];
  return appsIn(blocks.map(([, block = '']) => parse(block) as unknown));
}

const appsIn = (objects: readonly unknown[]): VacationApp[] =>
  (objects as VacationApp[]).filter(({ kind }) => kind === VACATION_APP.kind);

describe('what GitOps tools apply', function () {
  this.timeout(120_000);
  let world: World;
  let operator: RunningOperator;
  let workloads: SimulatedWorkloads;
  let kubectl: Kubectl;
  let load = 0;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    kubectl = createKubectl(world.server.kubectl);
    workloads = await simulateWorkloads(world.client(), () => load);
    operator = startOperator(world);
  });

  after(async () => {
    await operator.stop();
    await workloads.stop();
    await world.stop();
  });

  const inNamespace = async (namespace: string, apps: readonly VacationApp[]): Promise<VacationApp[]> => {
    await world.namespace(namespace);
    // Pods of migrations are refused without it; the controller that makes it does not run here.
    await new Scene(world, namespace).create(SERVICE_ACCOUNT, { metadata: { name: 'default' } });
    expect(apps).to.have.length.above(0);
    return apps.map((app) => ({ ...app, metadata: { ...app.metadata, namespace } }));
  };

  for (const [manager, namespace, examples] of [
    ['argocd-controller', 'by-argo-cd', ofSamples],
    ['kustomize-controller', 'by-flux', ofReadme],
  ] as const) {
    it(`shows no difference afterwards, nor writes anything anew: ${manager}`, async () => {
      const apps = await inNamespace(namespace, await examples(kubectl));
      const here = new Scene(world, namespace);
      const apply = async (app: VacationApp, ...options: string[]): Promise<VacationApp> => {
        const how = ['--server-side', '--force-conflicts', '--field-manager', manager, '--show-managed-fields'];
        const args = ['apply', ...how, ...options, '--output', 'json', '--filename', '-'];
        return JSON.parse(await kubectl(args, { input: JSON.stringify(app) })) as VacationApp;
      };
      const isUnchanged = async (app: VacationApp, when: string): Promise<void> => {
        const before = await here.app(app.metadata.name);
        expect(await apply(app, '--dry-run=server'), when).to.deep.equal(before);
        expect((await apply(app)).metadata.resourceVersion, when).to.equal(before?.metadata.resourceVersion);
        // Exits with 1 where there is a difference.
        const diff = ['diff', '--server-side', '--force-conflicts', '--field-manager', manager, '--filename', '-'];
        expect(await kubectl(diff, { input: JSON.stringify(app) }), when).to.equal('');
      };
      // Afterwards nothing changes the status any more: the autoscaler has said how many pods it wants, and they are ready.
      const isScaled = (name: string, pods?: number): Promise<VacationApp> =>
        here.child(VACATION_APP, name, ({ status }: VacationApp) => {
          const ready = status?.web?.ready ?? 0;
          return ready === (pods ?? ready) && ready === status?.autoscaling?.desiredReplicas;
        });
      for (const app of apps) {
        load = 0;
        const { name } = app.metadata;
        const [made] = await gitopsHealthOf(await apply(app));
        expect(made?.kstatus.status, 'before the operator has seen it').to.equal('InProgress');
        await here.appWith(name, 'Ready', 'True', 'Available');
        await isScaled(name);
        await isUnchanged(app, `${name} is Ready`);

        load = 5;
        await here.patch(DEPLOYMENT, `${name}-web`, { spec: { replicas: 5 } }, 'scale');
        await isScaled(name, 5);
        const scaled = await here.appWith(name, 'Ready', 'True', 'Available');
        await isUnchanged(app, `${name} was scaled by its autoscaler`);
        const declared = (fields: VacationApp['metadata']['managedFields']) =>
          fields?.filter(({ subresource }) => subresource === undefined).map((entry) => entry.manager);
        expect(declared(scaled.metadata.managedFields), 'who owns fields of the spec').to.deep.equal([manager]);
      }
    });
  }

  it('looks for what they have not applied yet, and tells that it waits', async () => {
    await world.namespace('too-early');
    const here = new Scene(world, 'too-early');
    const app = { ...VACATION_APP, metadata: { name: 'early' }, spec: { credentials: { secretName: 'theirs' } } };
    await world.admin.request<KubeObject>({ method: 'POST', path: pathOf(VACATION_APP, 'too-early'), body: app });
    const [verdict] = await gitopsHealthOf(await here.appWith('early', 'Ready', 'False', 'CredentialsMissing'));
    expect(verdict?.kstatus.status).to.equal('InProgress');
    expect(verdict?.kstatus.message).to.contain('Secret theirs does not exist: create it');
  });
});
