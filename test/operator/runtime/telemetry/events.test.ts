import { expect } from 'chai';
import type { ApiRequest } from '../../../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';
import { EventRecorder, type EventNote } from '../../../../operator/runtime/telemetry/events.ts';
import { FakeApi } from '../../../support/fake-api.ts';
import { anObject } from '../../../support/kube-objects.ts';

const note: EventNote = { type: 'Normal', reason: 'Ready', message: 'The app serves' };
const app = anObject(7, { uid: 'u-1', name: 'milky-way' });

describe('the event recorder', () => {
  let api: FakeApi;
  let errors: unknown[];
  let recorder: EventRecorder;

  beforeEach(() => {
    api = new FakeApi();
    errors = [];
    recorder = new EventRecorder(api, {
      component: 'operator',
      instance: 'operator-0',
      onError: (error) => errors.push(error),
    });
  });

  const events = () => [...api.objects.values()];
  const methods = (): string[] => api.requests.map(({ method }) => method);
  const refuse = (status: number, when: (request: ApiRequest) => boolean) => {
    api.fault = (request) => {
      if (when(request)) throw new ApiError(status, '', 'refused');
    };
  };

  it('says of which object what happened, in its namespace', async () => {
    await recorder.publish(app, note);
    const [event] = events();
    expect(api.requests[0]?.path).to.equal('/api/v1/namespaces/travel/events');
    expect(event).to.deep.include({
      type: 'Normal',
      reason: 'Ready',
      message: 'The app serves',
      involvedObject: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'travel',
        name: 'milky-way',
        uid: 'u-1',
        resourceVersion: '7',
      },
      source: { component: 'operator' },
      reportingComponent: 'operator',
      reportingInstance: 'operator-0',
      count: 1,
    });
    expect(event?.metadata.name).to.match(/^milky-way\.[0-9a-f]+$/);
  });

  it('counts a repeat instead of saying it again', async () => {
    for (let count = 0; count < 3; count += 1) await recorder.publish(app, note);
    expect(methods()).to.deep.equal(['POST', 'PATCH', 'PATCH']);
    expect(events()).to.have.length(1);
    expect(events()[0]?.count).to.equal(3);
  });

  it('continues the count of an event that another process published', async () => {
    await recorder.publish(app, note);
    await recorder.publish(app, note);
    const another = new EventRecorder(api, {
      component: 'operator',
      instance: 'operator-1',
      onError: (error) => errors.push(error),
    });
    await another.publish(app, note);
    await another.publish(app, note);
    expect(events().map(({ count }) => count)).to.deep.equal([4]);
    expect(errors).to.deep.equal([]);
    expect(methods()).to.not.include('GET');
  });

  it('takes another message, reason or object for another event', async () => {
    await recorder.publish(app, note);
    await recorder.publish(app, { ...note, message: 'Other' });
    await recorder.publish(app, { ...note, reason: 'Other' });
    await recorder.publish(anObject(8, { uid: 'u-2', name: 'milky-way' }), note);
    expect(methods()).to.deep.equal(['POST', 'POST', 'POST', 'POST']);
  });

  it('says it anew when the API server has forgotten it', async () => {
    await recorder.publish(app, note);
    api.objects.clear();
    await recorder.publish(app, note);
    await recorder.publish(app, note);
    expect(events().map(({ count }) => count)).to.deep.equal([2]);
  });

  it('reports a failure to onError instead of throwing, and goes on', async () => {
    refuse(403, () => true);
    await recorder.publish(app, note);
    expect(errors).to.have.length(1);
    api.fault = undefined;
    await recorder.publish(app, note);
    refuse(500, ({ method }) => method === 'PATCH');
    await recorder.publish(app, note);
    expect(errors).to.have.length(2);
    expect(events()).to.have.length(1);
  });

  it('remembers only so much', async () => {
    await recorder.publish(app, note);
    for (let count = 0; count < 4_096; count += 1) await recorder.publish(app, { ...note, message: String(count) });
    api.requests.length = 0;
    await recorder.publish(app, note);
    await recorder.publish(app, { ...note, message: '4095' });
    // What is forgotten is found again by its name, and counted on; what is remembered takes one request.
    expect(methods()).to.deep.equal(['POST', 'PATCH', 'PATCH', 'PATCH']);
  });
});
