import { Counter, type Registry } from 'prom-client';
import { collectedGauge } from './collected-gauge.ts';

export type LeaderMetrics = (lease: string, isLeader: () => boolean, slowRenewals: () => number) => void;

/** Registers the metrics of leader election. Returns the function that adds a lease. */
export function leaderMetrics(registry: Registry): LeaderMetrics {
  const labelNames = ['name'];
  const addStatus = collectedGauge(registry, {
    name: 'leader_election_master_status',
    help: 'Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.',
    labelNames,
  });
  return (name, isLeader, slowRenewals) => {
    addStatus(() => [{ labels: { name }, value: isLeader() ? 1 : 0 }]);
    const slow: Counter = new Counter({
      name: 'leader_election_slowpath_total',
      help: 'Total number of slow path exercised in renewing leader leases.',
      labelNames,
      registers: [registry],
      collect: () => {
        slow.reset();
        slow.inc({ name }, slowRenewals());
      },
    });
  };
}
