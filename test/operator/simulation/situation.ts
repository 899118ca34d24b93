import type { V1Deployment, V1Job } from '@kubernetes/client-node';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import {
  CONFIG_MAP,
  DEPLOYMENT,
  JOB,
  POD,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
} from '../../../operator/vacation-app/kinds.ts';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { finishedAt } from '../../../operator/vacation-app/tasks/jobs.ts';
import { ownersOfReplicas } from './referee.ts';
import { isOutdated } from './database-workload.ts';
import { endPod } from './accidents.ts';
import { APP, DATABASE_POD, NAMESPACE, type Act } from './person.ts';
import type { PodHindrance } from './pods.ts';
import type { Stage } from './stage.ts';
import { holds, patched } from './writes.ts';

/** What befalls the cluster, or what others do to it, until somebody undoes it. */
export interface Situation {
  readonly name: string;
  readonly hindrance?: PodHindrance;
  /** What somebody declares meanwhile, so that it matters. */
  readonly change?: object;
  readonly begin?: (stage: Stage) => Act[];
  readonly end?: (stage: Stage) => Act[];
  /** What goes on meanwhile: nothing where others have what they want. */
  readonly acts?: (stage: Stage) => Act[];
}

const WEB = `${APP}-web`;
const MYSQL = `${APP}-mysql`;

const RESTARTING_BOTH = {
  spec: {
    env: [{ name: 'TRIED', value: 'now' }],
    database: { managed: { configuration: { max_connections: '101' } } },
  },
};

export const SITUATIONS: readonly Situation[] = [
  { name: 'no node takes another pod', hindrance: 'unschedulable', change: RESTARTING_BOTH },
  { name: 'admission refuses pods', hindrance: 'refused', change: RESTARTING_BOTH },
  {
    name: 'the rollout is paused',
    change: RESTARTING_BOTH,
    begin: () => [patch('kubectl-rollout', DEPLOYMENT, WEB, { spec: { paused: true } })],
    end: () => [patch('kubectl-rollout', DEPLOYMENT, WEB, { spec: { paused: null } })],
  },
  {
    name: 'the web pods are scaled to zero',
    begin: (stage) => (replicasOf(stage) > 0 ? [scale(0)] : []),
    // Only what they did themselves: an app that hibernates has no web pods either.
    end: (stage) => (replicasOf(stage) === 0 && isTheirs(stage) ? [scale(1)] : []),
  },
  {
    name: 'a DBA restarts MySQL by hand',
    change: RESTARTING_BOTH,
    begin: () => [patch('dba', STATEFUL_SET, MYSQL, { spec: { updateStrategy: { type: 'OnDelete' } } })],
    end: () => [patch('dba', STATEFUL_SET, MYSQL, { spec: { updateStrategy: null } })],
    acts: (stage) => {
      const set = at(stage, STATEFUL_SET, MYSQL);
      const pod = at(stage, POD, DATABASE_POD);
      return set && pod && isOutdated(pod, set) ? [endPod()] : [];
    },
  },
  {
    name: 'Jobs are suspended',
    change: { spec: { image: 'webapp:4' } },
    acts: (stage) =>
      jobs(stage)
        .filter(isWaiting)
        .map((job) => suspend(job, true)),
    end: (stage) => jobs(stage).map((job) => suspend(job, null)),
  },
  insistence(CONFIG_MAP, { data: { CAPACITY_PER_DEPARTURE: '0' } }),
  insistence(DEPLOYMENT, { spec: { progressDeadlineSeconds: 5 } }),
  insistence(SERVICE_ACCOUNT, { automountServiceAccountToken: true }),
];

const NOTHING: KubeObject = { metadata: { name: '' } };

/** Another controller has a field of the web pods' as it wants it, again and again. */
function insistence(kind: Kind, body: object): Situation {
  return {
    name: `another controller has ${kind.kind} ${WEB} its way`,
    acts: (stage) => {
      const object = at(stage, kind, WEB);
      return object === undefined || holds(object, body) ? [] : [patch('other-controller', kind, WEB, body)];
    },
  };
}

function at(stage: Stage, { plural }: Kind, name: string): KubeObject | undefined {
  return stage.get(plural, NAMESPACE, name);
}

const replicasOf = (stage: Stage): number =>
  (at(stage, DEPLOYMENT, WEB) as V1Deployment | undefined)?.spec?.replicas ?? 0;

function isTheirs(stage: Stage): boolean {
  const app = at(stage, VACATION_APP, APP) as VacationApp | undefined;
  const owners = ownersOfReplicas(at(stage, DEPLOYMENT, WEB) ?? NOTHING);
  return app?.spec.mode !== 'Hibernated' && owners.length === 0;
}

const isWaiting = (job: KubeObject & V1Job): boolean => finishedAt(job) === undefined && job.spec?.suspend !== true;

const suspend = ({ metadata: { name } }: KubeObject, isSuspended: true | null): Act =>
  patch('queue', JOB, name, { spec: { suspend: isSuspended } });

const jobs = (stage: Stage): readonly KubeObject[] => stage.list(JOB.plural);

const patch = (by: string, kind: Kind, name: string, body: object): Act => ({
  name: `${by}: ${kind.kind} ${name} ${JSON.stringify(body)}`,
  requests: [patched(by, kind, NAMESPACE, name, body)],
});

const scale = (replicas: number): Act => ({
  name: `kubectl scale deployment --replicas=${replicas}`,
  requests: [
    {
      ...patched('kubectl', DEPLOYMENT, NAMESPACE, WEB, { spec: { replicas } }),
      path: pathOf(DEPLOYMENT, NAMESPACE, WEB, 'scale'),
    },
  ],
});
