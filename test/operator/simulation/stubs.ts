import type { V1Job } from '@kubernetes/client-node';
import { findingOf } from '../../../operator/api/conditions.ts';
import type { CompleteApp } from '../../../operator/api/defaults.ts';
import { REASON } from '../../../operator/api/reasons.ts';
import { CONDITION } from '../../../operator/api/vacation-app.ts';
import { tcp } from '../../../operator/vacation-app/children/network-policy.ts';
import type { DatabaseKind } from '../../../operator/vacation-app/database/database-kind.ts';
import { SERVICE, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import {
  childMetadata,
  childName,
  contentHash,
  jobName,
  labels,
  selectorLabels,
} from '../../../operator/vacation-app/names.ts';
import type { Plan } from '../../../operator/vacation-app/plan.ts';
import { jobCondition, jobNamed } from '../../../operator/vacation-app/tasks/jobs.ts';
import { taskPod } from '../../../operator/vacation-app/tasks/task-pod.ts';
import type { Task } from '../../../operator/vacation-app/tasks/task.ts';

const VAULT = 'vault';
const IMAGE = 'vault:7';
const SEED = 'seed';

/** A kind of database that the operator does not have: a service of another team's, and a proxy before it. */
export const vault: DatabaseKind = {
  isOf: () => true,
  components: [VAULT],
  children: (clients) => [
    {
      step: 'base',
      kind: SERVICE,
      build: (app) => ({
        metadata: { ...childMetadata(app, childName(app, VAULT), VAULT), annotations: { clients: clients.join() } },
        spec: { type: 'ExternalName', externalName: 'vault.example.com' },
      }),
    },
    {
      step: 'base',
      kind: STATEFUL_SET,
      build: (app) => ({
        metadata: childMetadata(app, childName(app, VAULT), VAULT),
        spec: {
          replicas: 1,
          serviceName: childName(app, VAULT),
          selector: { matchLabels: selectorLabels(app, VAULT) },
          template: { metadata: { labels: labels(app, VAULT) }, spec: { containers: [{ name: VAULT, image: IMAGE }] } },
        },
      }),
      imageOf: () => IMAGE,
    },
  ],
  environment: (app) => [{ name: 'DB_HOST', value: childName(app, VAULT) }],
  migrationEnvironment: (app) => [{ name: 'DB_HOST', value: `${childName(app, VAULT)}-admin` }],
  egress: () => ({ ports: tcp(8200) }),
  endpoint: (app) => `${childName(app, VAULT)}:8200`,
  isChecked: false,
  stateOf: () => ({ identity: 'the only one', isKnown: true, isReady: true, memory: {} }),
  factsOf: () => ({ schemaVersion: undefined, databaseVersion: undefined, remembered: {} }),
  finding: () => findingOf(CONDITION.databaseReady, true, 'Available', 'The vault is open'),
};

/** A task that the operator does not have: it fills the schema, once for each image, before web pods start. */
export const seed: Task = {
  name: SEED,
  component: SEED,
  step: 'schema',
  build: (app, { web, podIds }): V1Job => ({
    metadata: childMetadata(app, nameOfSeed(app, web.image), SEED),
    spec: {
      template: {
        metadata: { labels: labels(app, SEED) },
        spec: taskPod(app, { name: SEED, script: 'webapp/seed.js', image: web.image, podIds: podIds.web, env: [] }),
      },
    },
  }),
  isWanted: ({ migration }) => migration.isDone,
  nextLook: () => undefined,
  isSpent: (_job, _plan, isDesired) => !isDesired,
  gate: {
    result: 'the seeds',
    isDone: isSown,
    finding: (input) =>
      isSown(input)
        ? findingOf('SeedsReady', true, 'Sown', 'The schema is filled')
        : findingOf('SeedsReady', false, REASON.migrationRunning, 'The schema is empty'),
  },
};

function isSown({ app, facts, observed }: Pick<Plan, 'app' | 'facts' | 'observed'>): boolean {
  return jobCondition(jobNamed(observed, nameOfSeed(app, facts.web.image)), 'Complete');
}

const nameOfSeed = (app: CompleteApp, image: string): string => jobName(app, SEED, contentHash(image));
