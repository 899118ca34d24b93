import type { V1ResourceRequirements } from '@kubernetes/client-node';
import { canonicalQuantity } from './quantity.ts';
import type {
  Autoscaling,
  Booking,
  ManagedDatabase,
  ServiceSettings,
  VacationApp,
  VacationAppSpec,
} from './vacation-app.ts';

type Complete<T, K extends keyof T> = T & Required<Pick<T, K>>;

/** A spec in which everything that has a constant default is there. */
export interface CompleteSpec extends Omit<
  Complete<VacationAppSpec, 'mode' | 'imagePullPolicy' | 'resources' | 'deletionPolicy' | 'networkPolicy'>,
  'autoscaling' | 'service' | 'booking' | 'database'
> {
  autoscaling: Required<Autoscaling>;
  service: Complete<ServiceSettings, 'type' | 'port'>;
  booking: Complete<Booking, 'capacityPerDeparture'>;
  database: {
    managed: Complete<ManagedDatabase, 'resources'> & { storage: { size: string; storageClassName?: string } };
  };
}

export interface CompleteApp extends VacationApp {
  spec: CompleteSpec;
}

export const isHibernated = ({ spec }: CompleteApp): boolean => spec.mode === 'Hibernated';

const WEB_RESOURCES: V1ResourceRequirements = {
  requests: { cpu: '100m', memory: '128Mi' },
  limits: { memory: '256Mi' },
};
const DATABASE_RESOURCES: V1ResourceRequirements = {
  requests: { cpu: '100m', memory: '512Mi' },
  limits: { memory: '1Gi' },
};

/** The app with the schema's constant defaults and those of the branches of unions, which the schema does not fill in; quantities as the API server writes them. */
export function withDefaults(app: VacationApp): CompleteApp {
  const { autoscaling, service, booking, database, ...spec } = app.spec;
  return {
    ...app,
    spec: {
      mode: 'Running',
      imagePullPolicy: 'IfNotPresent',
      deletionPolicy: 'Retain',
      networkPolicy: 'Managed',
      ...spec,
      resources: canonical(spec.resources ?? WEB_RESOURCES),
      autoscaling: {
        minReplicas: 2,
        maxReplicas: 10,
        targetCPUUtilizationPercentage: 80,
        scaleDownStabilizationSeconds: 300,
        ...autoscaling,
      },
      service: { type: 'ClusterIP', port: 80, ...service },
      booking: { capacityPerDeparture: 5, ...booking },
      database: {
        managed: {
          ...database?.managed,
          storage: {
            ...database?.managed?.storage,
            size: canonicalQuantity(database?.managed?.storage?.size ?? '2Gi'),
          },
          resources: canonical(database?.managed?.resources ?? DATABASE_RESOURCES),
        },
      },
    },
  };
}

function canonical(resources: V1ResourceRequirements): V1ResourceRequirements {
  const entries = Object.entries(resources) as [string, Record<string, string | number>][];
  const quantities = (given: Record<string, string | number>): Record<string, string> =>
    Object.fromEntries(Object.entries(given).map(([name, quantity]) => [name, canonicalQuantity(quantity)]));
  return Object.fromEntries(entries.map(([part, given]) => [part, quantities(given)]));
}
