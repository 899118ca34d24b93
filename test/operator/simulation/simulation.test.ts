import { expect } from 'chai';
import process from 'node:process';
import type { VacationAppSpec } from '../../../operator/api/vacation-app.ts';
import { FINAL_SPECS } from './person.ts';
import { randomOf } from './random.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';
import { differences } from './world.ts';

/** How many runs by chance; thousands, and kills at every write of every shape, are for `npm run soak`. */
const RUNS = Number(process.env.SIMULATIONS ?? 25);
const FIRST = Number(process.env.FIRST_SEED ?? 1);
const IS_SOAK = process.env.SIMULATIONS !== undefined;
const SEED = process.env.SEED;

/** Runs to its end, which is to be like the given one; what is wrong is told with the seed and the last moves. */
async function played(options: SimulationOptions, end?: Readonly<Record<string, unknown>>): Promise<Simulation> {
  const simulation = new Simulation(options);
  const wrong: string[] = [];
  try {
    await simulation.run();
    const world = simulation.world();
    if (end) wrong.push(...simulation.differencesTo(end));
    await simulation.linger();
    wrong.push(...simulation.fouls, ...differences(simulation.world(), world));
  } catch (error) {
    wrong.push((error as Error).message);
  } finally {
    simulation.end();
  }
  if (wrong.length > 0) {
    const trace = simulation.trace.slice(SEED === undefined ? -40 : 0).join('\n');
    throw new Error(`SEED=${options.seed}: ${wrong.join('\n')}\n${trace}`);
  }
  return simulation;
}

const calmly = new Map<VacationAppSpec, Promise<Simulation>>();

/** How it ends where nothing goes wrong. */
function calm(spec: VacationAppSpec): Promise<Simulation> {
  const known = calmly.get(spec) ?? played({ seed: 0, spec, calm: true });
  calmly.set(spec, known);
  return known;
}

describe('the operator in a simulated cluster', function () {
  this.timeout(IS_SOAK ? 0 : 600_000);

  for (const [index, spec] of FINAL_SPECS.entries()) {
    it(`comes to rest with everything made and a true status: shape ${index}`, async () => {
      const end = await calm(spec);
      const app = end.object('vacationapps', 'milky-way');
      expect(app).to.have.nested.property('status.observedGeneration', app?.metadata.generation);
      expect(app).to.have.nested.property('status.conditions[0].type', 'Ready');
      expect(app).to.have.nested.property('status.conditions[0].status', 'True');
      expect(end.object('deployments', 'milky-way-web')).to.have.nested.property('spec.replicas', index === 1 ? 3 : 4);
    });

    if (!IS_SOAK && index !== 4) continue;

    it(`comes to the same when it is killed before or after any of its writes: shape ${index}`, async () => {
      const end = await calm(spec);
      expect(end.writes).to.be.greaterThan(12);
      for (let write = 1; write <= end.writes; write += 1) {
        // One of the two at each write, where there is little time.
        for (const done of IS_SOAK ? [false, true] : [write % 2 === 0]) {
          const run = await played({ seed: 0, spec, killedAt: { write, done } });
          const when = `killed ${done ? 'after' : 'before'} write ${write}`;
          expect(differences(run.world(), end.world()), when).to.deep.equal([]);
          expect(run.templates('deployments'), `${when}: rollouts of the web pods`).to.equal(
            end.templates('deployments'),
          );
        }
      }
    });
  }

  it(`comes to the same in ${SEED === undefined ? RUNS : 1} runs in which everything may go wrong, in any order`, async () => {
    const seeds = SEED === undefined ? Array.from({ length: RUNS }, (_, index) => FIRST + index) : [Number(SEED)];
    const faults: string[] = [];
    for (const seed of seeds) {
      const spec = randomOf(-seed).pick(FINAL_SPECS);
      const end = (await calm(spec)).world();
      await played({ seed, spec }, end).catch((error: unknown) => faults.push((error as Error).message));
    }
    if (faults.length > 0) throw new Error(`${faults.length} of ${seeds.length}:\n${faults.slice(0, 5).join('\n\n')}`);
  });

  it('plays the same seed the same way', async () => {
    const [spec = {}] = FINAL_SPECS;
    const runs = [await played({ seed: 7, spec }), await played({ seed: 7, spec })];
    expect(runs[0]?.trace).to.deep.equal(runs[1]?.trace);
  });
});
