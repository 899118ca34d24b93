import { expect } from 'chai';
import { STEPS } from '../../../../operator/vacation-app/children/steps.ts';
import type { Step } from '../../../../operator/vacation-app/children/child.ts';
import type { Plan } from '../../../../operator/vacation-app/plan.ts';
import { aCompleteApp, aDeployment, aServingWorld, someFacts } from '../../../support/vacation-app.ts';

const READY = { identity: 'volume-1', isKnown: true, isReady: true, memory: {} };
const AWAY = { ...READY, isReady: false };
const DONE = { name: 'milky-way-migrate-1', isDone: true, isRemembered: true };

const aPlan = (plan: Partial<Plan> = {}): Plan => ({
  app: aCompleteApp(),
  observed: aServingWorld(),
  check: undefined,
  database: READY,
  migration: DONE,
  facts: someFacts(),
  desired: [],
  ...plan,
});

const OURS = [{ manager: 'vacation-operator', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }];
const asleep = aDeployment({ metadata: { managedFields: OURS }, spec: { replicas: 0 } });
const nothing = { observed: aServingWorld({ deployment: undefined }) };

/** A world, and what each step waits for in it; those that are due are not named. */
const rows: readonly [title: string, plan: Partial<Plan>, waiting: Partial<Record<Step, string>>][] = [
  ['all is there', {}, {}],
  [
    'there is nothing yet',
    { ...nothing, database: AWAY, migration: { ...DONE, isDone: false } },
    {
      schema: 'the database',
      web: 'the database',
      autoscaling: 'the web pods',
      exposure: 'the web pods',
    },
  ],
  ['the volume is not known', { database: { ...READY, isKnown: false } }, { schema: 'the database' }],
  [
    'the schema is not migrated',
    { ...nothing, migration: { ...DONE, isDone: false } },
    {
      web: 'the schema',
      autoscaling: 'the web pods',
      exposure: 'the web pods',
    },
  ],
  ['the database is away from pods that run', { database: AWAY }, { schema: 'the database' }],
  [
    'the database is away from pods that are to wake',
    { database: AWAY, observed: aServingWorld({ deployment: asleep }) },
    {
      schema: 'the database',
      web: 'the database',
      autoscaling: 'the handover of the number of web pods',
    },
  ],
  [
    'the app hibernates',
    { app: aCompleteApp({ spec: { mode: 'Hibernated' } }), database: AWAY, ...nothing },
    {
      schema: 'the database',
      autoscaling: 'the web pods',
      exposure: 'the web pods',
    },
  ],
];

describe('the steps', () => {
  for (const [title, plan, waiting] of rows) {
    it(`wait for what they need when ${title}`, () => {
      const found = STEPS.flatMap(({ step, waitsFor }) => {
        const awaited = waitsFor(aPlan(plan));
        return awaited === undefined ? [] : [[step, awaited] as const];
      });
      expect(Object.fromEntries(found)).to.deep.equal(waiting);
    });
  }
});
