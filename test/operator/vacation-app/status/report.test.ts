import { expect } from 'chai';
import { VACATION_APP } from '../../../../operator/api/vacation-app.ts';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { Cluster } from '../../../../operator/runtime/apply/cluster.ts';
import type { EventNote } from '../../../../operator/runtime/telemetry/events.ts';
import { reportInvalid } from '../../../../operator/vacation-app/status/report.ts';
import { statusOfInvalid } from '../../../../operator/vacation-app/status/status.ts';
import { appStores } from '../../../support/app-controller.ts';
import { FakeApi } from '../../../support/fake-api.ts';
import { aVacationApp, DEFAULTS } from '../../../support/vacation-app.ts';

const now = new Date('2026-03-01T12:00:00Z');

describe('the report of a spec that the operator cannot work with', () => {
  it('is an event where the status cannot be written, though that tells of an earlier fault', async () => {
    const api = new FakeApi();
    api.fault = () => {
      throw new ApiError(422, 'Invalid', 'spec.env: must be of type array');
    };
    const stores = appStores();
    const told: EventNote[] = [];
    const earlier = aVacationApp({ metadata: { generation: 2 } });
    const app = {
      ...aVacationApp({ metadata: { generation: 3 } }),
      status: statusOfInvalid(earlier, 'spec.replicas: too many', { deployment: undefined, now }),
    };
    stores.get(VACATION_APP.kind)?.observe('ADDED', { ...app, metadata: { ...app.metadata, resourceVersion: '1' } });
    const reporting = {
      cluster: new Cluster(api, stores, { wrote: () => undefined }),
      defaults: DEFAULTS,
      now: () => now,
      publish: (_: unknown, note: EventNote) => Promise.resolve(void told.push(note)),
    };
    const fault = 'spec.env must be a list';
    await reportInvalid(app, fault, reporting);
    expect(told).to.deep.equal([{ type: 'Warning', reason: 'InvalidSpec', message: fault }]);
  });
});
