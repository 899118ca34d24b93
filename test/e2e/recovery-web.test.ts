import { expect } from 'chai';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { AppIn, Place } from './apps.ts';
import { conditionOf, READY_WITHIN_MS } from './world.ts';

interface Deployment extends KubeObject {
  readonly spec: { readonly replicas: number };
}

const DEPLOYMENT = 'deployment.apps/held-web';

describe('web pods that others hold back', function () {
  this.timeout(3 * READY_WITHIN_MS);
  let place: Place;
  let app: AppIn;

  before(async () => {
    place = await Place.make('held-back');
    app = new AppIn(place, 'held');
    await app.declare({ replicas: undefined, autoscaling: { minReplicas: 1, maxReplicas: 2 } });
    await app.ready();
  });

  after(() => place.remove());

  it('are stalled in a paused rollout, with the command that resumes it', async () => {
    await place.kubectl(['rollout', 'pause', DEPLOYMENT]);
    await app.declare({
      replicas: undefined,
      autoscaling: { minReplicas: 1, maxReplicas: 2 },
      env: [{ name: 'TZ', value: 'UTC' }],
    });
    const found = await app.with('Stalled', 'True', 'RolloutPaused');
    const [, command = ''] = /kubectl (.*)$/.exec(conditionOf(found, 'Ready')?.message ?? '') ?? [];
    expect(command).to.equal('rollout resume deployment/held-web');
    await place.kubectl(command.split(' '));
    await app.ready();
  });

  it('come back after somebody has scaled them to zero, where an autoscaler would not bring them back', async () => {
    await place.kubectl(['scale', DEPLOYMENT, '--replicas=0']);
    await eventually(
      'one web pod is wanted again',
      30_000,
      () => place.get<Deployment>('deployment', 'held-web'),
      (found) => found?.spec.replicas === 1,
    );
    await app.ready();
    await app.replaced();
  });
});
