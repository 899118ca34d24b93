import { expect } from 'chai';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { AppIn, Place } from './apps.ts';
import { firstOperatorImage } from './first-operator.ts';
import { world } from './world.ts';

const SYSTEM = 'vacation-system';
const MIGRATED = 'interstellar.dev/migrated';

interface Pod extends KubeObject {
  readonly status: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}

describe('an app that the operator of the first release made', function () {
  this.timeout(8 * 60_000);
  let place: Place;
  let app: AppIn;

  before(async () => {
    place = await Place.make('first');
    app = new AppIn(place, 'elder');
    const image = await firstOperatorImage();
    await world().cluster.load(image);
    const system = ['--namespace', SYSTEM];
    await world().kubectl(['set', 'image', 'deployment/vacation-operator', `operator=${image.tag}`, ...system]);
    await rolledOut();
    await app.declare();
    await app.ready();
    await app.book();
  });

  after(async () => {
    await place.remove();
  });

  it('is taken over without a restart and without a second migration, and its volume remembers what is on it', async () => {
    const witness = await app.leaveWitness();
    const before = await lives();
    const turned = (await app.condition('Ready')) as { lastTransitionTime?: string } | undefined;
    await world().kubectl(['rollout', 'undo', 'deployment/vacation-operator', '--namespace', SYSTEM]);
    await rolledOut();
    const claim = await eventually(
      'the claim remembers',
      60_000,
      () => place.get<KubeObject>('pvc', app.claim),
      (found) => found?.metadata.annotations?.[MIGRATED] !== undefined,
    );
    expect(claim?.metadata.annotations).to.include.keys(
      'interstellar.dev/owner-uid',
      'interstellar.dev/pinned-image',
      'interstellar.dev/schema-version',
      'interstellar.dev/database-version',
    );
    const taken = await app.ready();
    expect((taken.status as { database?: { deletionPolicy?: string } }).database?.deletionPolicy).to.equal('Retain');
    expect(await lives()).to.deep.equal(before);
    expect(await place.kubectl(['get', 'jobs', '--output', 'name']), 'no second migration').to.equal('');
    const now = (await app.condition('Ready')) as { lastTransitionTime?: string } | undefined;
    expect(now?.lastTransitionTime, 'Ready all the while').to.equal(turned?.lastTransitionTime);
    expect(await app.witness()).to.equal(witness);
    expect(await app.hasBooking()).to.equal(true);
  });

  /** The pods that serve, each with its restarts. */
  async function lives(): Promise<string[]> {
    const selector = 'app.kubernetes.io/component in (web, mysql)';
    const pods = await world().kubectl.list<Pod>('pods', place.namespace, selector);
    return pods
      .map(({ metadata, status }) => {
        const restarts = (status.containerStatuses ?? []).map(({ restartCount }) => restartCount);
        return `${metadata.name} ${metadata.uid} restarted ${restarts.join(' ')}`;
      })
      .sort();
  }

  const rolledOut = () =>
    world().kubectl(['rollout', 'status', 'deployment/vacation-operator', '--namespace', SYSTEM, '--timeout=120s'], {
      timeoutMs: 130_000,
    });
});
