import { expect } from 'chai';
import process from 'node:process';
import type { VacationAppSpec } from '../../../operator/api/vacation-app.ts';
import { FIELD_MANAGER } from '../../../operator/vacation-app/names.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/children/children.ts';
import { fieldsOf, leavesOf } from '../../operator/simulation/field-paths.ts';
import { FINAL_SPECS } from '../../operator/simulation/person.ts';
import { randomOf } from '../../operator/simulation/random.ts';
import { Simulation } from '../../operator/simulation/simulation.ts';
import { differences } from '../../operator/simulation/world.ts';
import { AUDIT_POLICY, SimulatedServer, type Write } from './simulated-server.ts';
import { createWorld, type World } from './world.ts';

/** The histories of these seeds, as `SEED=… npm run soak` plays them against the model; more with SERVER_SIMULATIONS. */
const RUNS = Number(process.env.SERVER_SIMULATIONS ?? 12);
const FIRST = Number(process.env.FIRST_SEED ?? 1);

/** What the API server chooses, so that it differs from run to run. */
const CHOSEN = /clusterIPs?|nodePort|healthCheckNodePort|controller-uid/;

describe(`the operator in the simulated cluster’s histories, on a real API server, seeds ${FIRST} to ${FIRST + RUNS - 1}`, function () {
  this.timeout(300_000);
  let world: World;
  let server: SimulatedServer;
  const ends = new Map<VacationAppSpec, Record<string, unknown>>();

  before(async () => {
    world = await createWorld({ auditPolicy: AUDIT_POLICY });
    server = await SimulatedServer.start(world);
  });

  after(async () => {
    await server.stop();
    await world.stop();
  });

  for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) {
    const spec = randomOf(-seed).pick(FINAL_SPECS);

    it(`ends with what is declared, owns what it applied, and writes no more: SEED=${seed}`, async () => {
      const end = ends.get(spec) ?? (await played(0, spec));
      ends.set(spec, end);
      await played(seed, spec, end);
    });
  }

  /** The world in the end, once all that is to be true of it has been; it is to be like the given one. */
  async function played(
    seed: number,
    spec: VacationAppSpec,
    end?: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    await server.clear();
    const before = (await server.writes()).length;
    const simulation = new Simulation({ seed, spec, calm: seed === 0, backend: () => server });
    try {
      await simulation.run();
      const own = (await server.writes()).slice(before);
      expectOwned(own, spec);
      await simulation.linger();
      const late = (await server.writes()).slice(before + own.length);
      expect(late, 'writes after everything was as declared').to.deep.equal([]);
      expect(simulation.fouls).to.deep.equal([]);
      const wrong = end ? simulation.differencesTo(end).filter((line) => !CHOSEN.test(line)) : [];
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      return simulation.world();
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${simulation.trace.slice(-40).join('\n')}`, { cause: error });
    } finally {
      simulation.end();
    }
  }

  /** By the audit log and the managed fields: what we applied last is what we own, in every child. */
  function expectOwned(own: readonly Write[], spec: VacationAppSpec): void {
    const applied = own.filter(
      ({ code, manager, verb }) => code < 300 && verb === 'patch' && manager === FIELD_MANAGER,
    );
    for (const { plural } of CHILD_KINDS) {
      for (const { metadata } of server.list(plural)) {
        const last = applied.findLast(({ resource, name }) => resource === plural && name === metadata.name);
        if (!last?.body) continue;
        const entry = metadata.managedFields?.find(
          ({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply',
        );
        const wrong = differences(entry?.fieldsV1, fieldsOf(leavesOf(last.body).keys()), `${plural}/${metadata.name}`);
        // The number of web pods is taken from us when it is handed over, and needs no further apply: whose it is, is asked below.
        const lost = wrong.filter((line) => !line.startsWith(`deployments/${metadata.name}/f:spec/f:replicas:`));
        if (lost.length > 0) throw new Error(lost.join('\n'));
        if (plural === 'deployments') {
          expect(entry).to.have.nested.property('fieldsV1.f:spec');
          const replicas = (entry?.fieldsV1 as { 'f:spec': object })['f:spec'];
          expect('f:replicas' in replicas, 'owns the number of web pods').to.equal(spec.replicas !== undefined);
        }
      }
    }
  }
});
