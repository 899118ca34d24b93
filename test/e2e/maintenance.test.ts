import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/cluster/paths.ts';
import { commandsIn } from '../support/readme.ts';
import { AppIn, Place } from './apps.ts';
import { withShell } from './as-written.ts';
import { world } from './world.ts';

/** Not the name in the docs, which an app of other tests has. */
const NAME = 'maintained';
const SELECTOR = `interstellar.dev/app=${NAME},app.kubernetes.io/component in (web, mysql)`;

describe('the maintenance of a node as docs/operate.md tells', function () {
  this.timeout(20 * 60_000);
  let place: Place;
  let app: AppIn;
  let node = '';

  before(async () => {
    place = await Place.make('maintenance');
    app = new AppIn(place, NAME);
    // With one, the disruption budget would let the drain pass.
    await app.declare({ replicas: 2 });
    await app.ready();
    node = await place.kubectl(['get', 'pod', `${NAME}-mysql-0`, '--output', 'jsonpath={.spec.nodeName}']);
  });

  after(async () => {
    if (node !== '') await world().kubectl(['uncordon', node]);
    await place.remove();
  });

  const podsOnNode = async (): Promise<string[]> => {
    const found = await place.kubectl([
      ...['get', 'pods', '--selector', SELECTOR, '--field-selector', `spec.nodeName=${node}`],
      ...['--output', 'name'],
    ]);
    return found.split('\n').filter((line) => line !== '');
  };

  it('drains it while the app is declared as running, and the app is back with its data afterwards', async () => {
    await app.book();
    const before = await place.pods(SELECTOR);
    const commands = commandsIn(await readFile(join(root, 'docs', 'operate.md'), 'utf8'), 'Maintenance of a node');
    const drain = commands.findIndex((line) => line.startsWith('kubectl drain '));
    expect(drain).to.be.above(0);
    await withShell(world().cluster, async (shell) => {
      for (const [index, command] of commands.entries()) {
        const line = command
          .replaceAll('travel', place.namespace)
          .replaceAll('milky-way', NAME)
          .replaceAll('NODE', node);
        // The other pods of the node are left to the other tests.
        await shell(index === drain ? `${line} --pod-selector=interstellar.dev/app=${NAME}` : line);
        if (index === drain) expect(await podsOnNode()).to.deep.equal([]);
      }
    });
    await app.ready();
    const after = await place.pods(SELECTOR);
    expect(after).to.have.length(before.length);
    expect(after.filter((pod) => before.includes(pod))).to.deep.equal([]);
    expect(await app.hasBooking()).to.equal(true);
  });
});
