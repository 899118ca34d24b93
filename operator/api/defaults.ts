import type { V1ResourceRequirements } from '@kubernetes/client-node';
import { canonicalQuantity } from './quantity.ts';
import type {
  Autoscaling,
  Booking,
  DatabaseTls,
  ExternalDatabase,
  ManagedDatabase,
  ServiceSettings,
  VacationApp,
  VacationAppSpec,
} from './vacation-app.ts';

type Complete<T, K extends keyof T> = T & Required<Pick<T, K>>;

/** A spec in which everything that has a constant default is there. */
export interface CompleteSpec extends Omit<
  Complete<
    VacationAppSpec,
    'mode' | 'imagePullPolicy' | 'disruptionBudget' | 'resources' | 'deletionPolicy' | 'networkPolicy'
  >,
  'autoscaling' | 'jobs' | 'service' | 'booking' | 'database'
> {
  autoscaling: Required<Autoscaling>;
  jobs: { resources: V1ResourceRequirements };
  service: Complete<ServiceSettings, 'type' | 'port'>;
  booking: Complete<Booking, 'capacityPerDeparture'>;
  database:
    { managed: CompleteManagedDatabase; external?: never } | { external: CompleteExternalDatabase; managed?: never };
}

export type CompleteManagedDatabase = Complete<ManagedDatabase, 'resources'> & {
  storage: { size: string; storageClassName?: string };
};

export type CompleteExternalDatabase = Omit<Complete<ExternalDatabase, 'port'>, 'tls'> & {
  tls: Complete<DatabaseTls, 'mode'>;
};

export interface CompleteApp extends VacationApp {
  spec: CompleteSpec;
}

export const isHibernated = ({ spec }: CompleteApp): boolean => spec.mode === 'Hibernated';

/** What a web pod requests where the spec says nothing of CPU. */
export const WEB_CPU_REQUEST = '100m';
const WEB_RESOURCES: V1ResourceRequirements = {
  requests: { cpu: WEB_CPU_REQUEST, memory: '128Mi' },
  limits: { memory: '256Mi' },
};
/** Of every Job's pod. */
export const JOB_RESOURCES: V1ResourceRequirements = {
  requests: { cpu: '50m', memory: '128Mi' },
  limits: { memory: '256Mi' },
};
const DATABASE_RESOURCES: V1ResourceRequirements = {
  requests: { cpu: '100m', memory: '512Mi' },
  limits: { memory: '1Gi' },
};

/** The app with the schema's constant defaults and those of the branches of unions, which the schema does not fill in; quantities as the API server writes them. */
export function withDefaults(app: VacationApp): CompleteApp {
  const { autoscaling, jobs, service, booking, database, ...spec } = app.spec;
  return {
    ...app,
    spec: {
      mode: 'Running',
      imagePullPolicy: 'IfNotPresent',
      disruptionBudget: 'Managed',
      deletionPolicy: 'Retain',
      networkPolicy: 'Managed',
      ...spec,
      resources: canonical(spec.resources ?? WEB_RESOURCES),
      autoscaling: {
        mode: 'Managed',
        minReplicas: 2,
        maxReplicas: 10,
        targetCPUUtilizationPercentage: 80,
        scaleDownStabilizationSeconds: 300,
        ...autoscaling,
      },
      jobs: { resources: canonical(jobs?.resources ?? JOB_RESOURCES) },
      service: { type: 'ClusterIP', port: 80, ...service },
      booking: { capacityPerDeparture: 5, ...booking },
      database: databaseOf(database),
    },
  };
}

function databaseOf({ managed, external }: NonNullable<VacationAppSpec['database']> = {}): CompleteSpec['database'] {
  if (external) return { external: { port: 3306, ...external, tls: { mode: 'Required', ...external.tls } } };
  return {
    managed: {
      ...managed,
      storage: { ...managed?.storage, size: canonicalQuantity(managed?.storage?.size ?? '2Gi') },
      resources: canonical(managed?.resources ?? DATABASE_RESOURCES),
    },
  };
}

function canonical(resources: V1ResourceRequirements): V1ResourceRequirements {
  const entries = Object.entries(resources) as [string, Record<string, string | number>][];
  const quantities = (given: Record<string, string | number>): Record<string, string> =>
    Object.fromEntries(Object.entries(given).map(([name, quantity]) => [name, canonicalQuantity(quantity)]));
  return Object.fromEntries(entries.map(([part, given]) => [part, quantities(given)]));
}
