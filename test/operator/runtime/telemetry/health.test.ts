import { expect } from 'chai';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { healthServer, metricsServer } from '../../../../operator/runtime/telemetry/health.ts';
import { createRuntimeMetrics } from '../../../../operator/runtime/telemetry/metrics.ts';
import { ask, type Answer } from '../../../support/http.ts';

/** What the operator exposes under the names of controller-runtime and client-go, and its own. */
const METRICS = [
  'vacationapp_condition{controller="vacationapp",namespace="travel",name="milky-way",type="Ready"} 1',
  'controller_runtime_max_concurrent_reconciles{controller="vacationapp"} 10',
  'controller_runtime_reconcile_total{controller="vacationapp",result="success"} 1',
  'controller_runtime_reconcile_total{controller="vacationapp",result="requeue_after"} 1',
  'controller_runtime_reconcile_total{controller="vacationapp",result="error"} 4',
  'controller_runtime_reconcile_errors_total{controller="vacationapp"} 4',
  'controller_runtime_reconcile_panics_total{controller="vacationapp"} 1',
  'controller_runtime_reconcile_timeouts_total{controller="vacationapp"} 1',
  'controller_runtime_active_workers{controller="vacationapp"} 2',
  'workqueue_adds_total{name="vacationapp",controller="vacationapp"} 1',
  'workqueue_retries_total{name="vacationapp",controller="vacationapp"} 1',
  'workqueue_queue_duration_seconds_sum{name="vacationapp",controller="vacationapp"} 0.02',
  'workqueue_work_duration_seconds_sum{name="vacationapp",controller="vacationapp"} 2',
  'workqueue_unfinished_work_seconds{name="vacationapp",controller="vacationapp"} 3',
  'workqueue_longest_running_processor_seconds{name="vacationapp",controller="vacationapp"} 2',
  'leader_election_slowpath_total{name="vacation-operator"} 7',
  'controller_runtime_terminal_reconcile_errors_total{controller="vacationapp"} 1',
  'controller_runtime_reconcile_time_seconds_bucket{le="0.025",controller="vacationapp"} 6',
  'workqueue_depth{name="vacationapp",controller="vacationapp"} 3',
  'leader_election_master_status{name="vacation-operator"} 1',
  'rest_client_requests_total{code="200",method="GET",host="api:6443"} 1',
  'rest_client_request_duration_seconds_count{verb="GET",host="api:6443"} 1',
  'vacationapp_writes_total{controller="vacationapp",kind="Secret",reason="create"} 1',
  'vacationapp_contested_fields{controller="vacationapp"} 2',
  'vacationapp_watch_last_event_seconds{kind="Pod"} 1.5',
  'vacationapp_watch_last_event_seconds{kind="Job"} -1',
  'vacationapp_namespace_served{namespace="travel"} 1',
  'vacationapp_namespace_served{namespace="gone"} 0',
];

describe('the operator seen from outside', () => {
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function asking(server: Server, path: string): Promise<Answer> {
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  }

  it('lives although a check fails', async () => {
    const checks = [{ name: 'watches', fault: () => 'deaf' }];
    expect(await asking(healthServer(checks), '/healthz')).to.include({ status: 200, body: 'ok\n' });
  });

  it('is ready when every check passes', async () => {
    const checks = [{ name: 'watches', fault: () => undefined }];
    expect(await asking(healthServer(checks), '/readyz?verbose')).to.include({ status: 200, body: 'ok\n' });
  });

  it('is not ready when one fails, and names it', async () => {
    const checks = [
      { name: 'watches', fault: () => 'no watch events for Pod' },
      { name: 'other', fault: () => undefined },
    ];
    const { status, body } = await asking(healthServer(checks), '/readyz');
    expect([status, body]).to.deep.equal([503, 'watches: no watch events for Pod\n']);
  });

  it('has nothing else there', async () => {
    expect((await asking(healthServer([]), '/')).status).to.equal(404);
    expect((await asking(metricsServer(createRuntimeMetrics('x').registry), '/')).status).to.equal(404);
  });

  it('exposes its metrics under the names that dashboards know', async () => {
    const metrics = createRuntimeMetrics('vacationapp');
    const controller = metrics.controller('vacationapp', 10);
    for (const result of ['success', 'requeue_after', 'error', 'terminal', 'panic', 'timeout'] as const) {
      controller.reconciled(result, 20);
    }
    const queue = metrics.queue('vacationapp', () => ({ depth: 3, unfinishedMs: [1_000, 2_000] }));
    queue.added();
    queue.retried();
    queue.waited(20);
    queue.worked(2_000);
    metrics.leader(
      'vacation-operator',
      () => true,
      () => 7,
    );
    metrics.client.request('200', 'GET', 'api:6443', 12);
    metrics.writes('vacationapp').wrote('Secret', 'create');
    metrics.contested('vacationapp', () => 2);
    metrics.watch(() => [
      ['Pod', 1_500],
      ['Pod', 500],
      ['Job', undefined],
    ]);
    metrics.namespaces(() => [
      ['travel', true],
      ['gone', false],
    ]);
    const metadata = { namespace: 'travel', name: 'milky-way' };
    const app: KubeObject & { status: object } = {
      metadata,
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
    metrics.conditions('vacationapp', () => [app]);
    const { status, body, headers } = await asking(metricsServer(metrics.registry), '/metrics');
    expect(status).to.equal(200);
    expect(headers['content-type']).to.contain('text/plain');
    for (const line of METRICS) expect(body).to.contain(line);
    expect(body).to.contain('process_cpu_seconds_total');
  });

  it('tells the controllers apart', async () => {
    const metrics = createRuntimeMetrics('vacationapp');
    const object: KubeObject & { status: object } = {
      metadata: { namespace: 'travel', name: 'one' },
      status: { conditions: [{ type: 'Ready', status: 'False' }] },
    };
    for (const controller of ['vacationapp', 'vacationbackup']) {
      metrics.controller(controller, 10).reconciled('success', 20);
      metrics.queue(controller, () => undefined).added();
      metrics.writes(controller).wrote('Job', 'create');
      metrics.contested(controller, () => 1);
      metrics.conditions(controller, () => [object]);
    }
    const text = await metrics.registry.metrics();
    const lines = text.split('\n').filter((line) => line.includes('controller="vacationbackup"'));
    const names = new Set(lines.map((line) => line.split('{')[0]));
    expect(names).to.include.all.keys(
      'vacationapp_condition',
      'vacationapp_contested_fields',
      'vacationapp_writes_total',
      'workqueue_depth',
      'workqueue_adds_total',
      'controller_runtime_active_workers',
      'controller_runtime_reconcile_total',
    );
    for (const line of lines) expect(text).to.contain(line.replaceAll('vacationbackup', 'vacationapp'));
  });
});
