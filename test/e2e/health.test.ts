import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { stallsLater } from '../../operator/api/reasons.ts';
import { run } from '../../scripts/cluster/run.ts';
import { gitopsHealthOf } from '../support/gitops-health.ts';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { AppIn, Place } from './apps.ts';
import { BROKEN_SPECS } from './broken-specs.ts';
import { HealthWatch } from './health-watch.ts';
import { nextRelease } from './next-release.ts';
import { type App, conditionOf, READY_WITHIN_MS, world } from './world.ts';

/** Everything, which takes half an hour; else a first start and a MySQL that is killed. */
const IS_WHOLE = process.env.HEALTH === 'whole';

/** From the ports that Kubernetes gives to nobody by itself. */
const NODE_PORT = 30077;
/** Kubernetes notices a container that ends within a second or two, and a server that hangs by the fourth probe, after 20 s. */
const TOLERATED_MS = 30_000;
/** What may pass by itself is Failed after five minutes; whole seconds are kept of the times. */
const GRACE_MS = 299_000;
const ENOUGH_MS = 330_000;
const PATIENCE_MS = 20 * 60_000;
const MISSING_IMAGE = 'localhost/vacation-webapp:never-built';

describe('the health of an app, as kstatus tells it, against a booking every second', function () {
  this.timeout(20 * 60_000);
  let place: Place;
  let app: AppIn;
  let watch: HealthWatch;
  let secret: Record<string, string>;

  before(async () => {
    place = await Place.make('health');
    app = new AppIn(place, 'pulse');
    const uri = (user: string) => `mysql://${user}:p4ssw0rd@${app.name}-mysql:3306/vacation`;
    secret = {
      db_uri: uri('web'),
      db_migration_uri: uri('migration'),
      db_root_password: 'r00t-p4ssw0rd',
      secret_key: 'the-first-key-of-this-app',
    };
    watch = new HealthWatch(app, `http://${world().nodeAddress}:${NODE_PORT}`);
  });

  after(async () => {
    await watch.stop();
    for (const line of watch.report()) console.log(`      ${line}`);
    for (const { scene, ms, fault } of watch.lags()) console.log(`      ${scene}: Current for ${ms.toFixed(0)} ms while ${fault}`); // prettier-ignore
    await place.remove();
  });

  afterEach(() => {
    const [longest] = watch.lags().sort((a, b) => b.ms - a.ms);
    expect(longest?.ms ?? 0, `Current while ${longest?.fault ?? ''}`).to.be.below(TOLERATED_MS);
  });

  const declare = (spec: object = {}): Promise<void> =>
    app.declare({
      replicas: 2,
      credentials: { secretName: 'theirs' },
      service: { type: 'NodePort', nodePort: NODE_PORT },
      ...spec,
    });

  const applySecret = (): Promise<string> =>
    place.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'theirs', labels: { 'interstellar.dev/watch': 'true' } },
      stringData: secret,
    });

  /** kstatus says this of the app as it is declared now. */
  const says = async (status: string, withinMs = READY_WITHIN_MS): Promise<void> => {
    await eventually(
      `kstatus says ${status}`,
      withinMs,
      async () => {
        const found = await place.get<App>('vacationapp', app.name);
        const [health] = found ? await gitopsHealthOf(found) : [];
        return health?.kstatus;
      },
      (verdict) => verdict?.status === status,
    );
  };

  const neverFailed = (): void => {
    expect(watch.failures()).to.deep.equal([]);
  };

  it('is never Failed on a first start, whose Secret comes a moment later', async () => {
    await watch.during('a first start', async () => {
      await declare();
      await app.with('CredentialsReady', 'False', 'CredentialsMissing');
      await applySecret();
      await says('Current');
      await watch.looks(3);
    });
    neverFailed();
  });

  it('is soon no longer Current when MySQL is killed, and never Failed', async () => {
    await watch.during('MySQL killed', async () => {
      for (let times = IS_WHOLE ? 3 : 1; times > 0; times -= 1) {
        const turned = readyTurnsFalse(app);
        await signalMysql(app, 'KILL');
        const killed = performance.now();
        console.log(`      MySQL killed: Ready is False after ${((await turned) - killed).toFixed(0)} ms`);
        await says('Current');
        await watch.looks(3);
      }
    });
    neverFailed();
  });

  if (!IS_WHOLE) return;

  it('is no longer Current when MySQL hangs', async () => {
    await watch.during('MySQL hangs', async () => {
      await signalMysql(app, 'STOP');
      await app.with('DatabaseReady', 'False');
      await signalMysql(app, 'CONT');
      await says('Current');
      await watch.looks(3);
    });
    neverFailed();
  });

  it('is InProgress through a release, and Current afterwards', async () => {
    const image = await nextRelease();
    await watch.during('a release', async () => {
      await declare({ image });
      await says('InProgress');
      await says('Current');
    });
    neverFailed();
  });

  it('is never Failed through a rotation of the Secret', async () => {
    await watch.during('a rotation of the Secret', async () => {
      secret = { ...secret, secret_key: 'the-second-key-of-this-app', secret_key_previous: secret.secret_key ?? '' };
      await applySecret();
      await app.with('WebReady', 'False');
      await says('Current');
    });
    neverFailed();
  });

  it('is Current in hibernation, and only again when it is awake', async () => {
    await watch.during('hibernation', async () => {
      await declare({ mode: 'Hibernated' });
      await app.with('Ready', 'True', 'Hibernated');
      await watch.looks(5);
    });
    await watch.during('waking', async () => {
      await declare();
      await says('Current');
      await watch.looks(3);
    });
    neverFailed();
  });

  it('is InProgress for five minutes of a broken release, then Failed; the old pods serve throughout', async () => {
    await watch.during('a broken release', async () => {
      await declare({ image: MISSING_IMAGE });
      await app.with('Ready', 'False', 'ImagePullFailed');
      neverFailed();
      await says('Failed', 8 * 60_000);
    });
    await watch.during('its correction', async () => {
      await declare();
      await says('Current');
    });
    expect(watch.failures()).to.have.length(1);
    expect(watch.failures()[0]).to.match(/^a broken release: .*never-built/);
  });
});

if (IS_WHOLE) {
  describe('the health of apps whose specs are broken', function () {
    this.timeout(30 * 60_000);
    const places: Place[] = [];

    after(() => Promise.all(places.map((place) => place.remove())));

    it('is never Current, Failed at once only where nothing passes by itself, and with the reason of each', async () => {
      interface Seen {
        readonly verdicts: string[];
        readonly reasons: Set<string>;
        readonly from: number;
        failedAfterMs?: number;
      }
      const seen: Seen[] = [];
      for (const [index, { prepare, spec, annotations }] of BROKEN_SPECS.entries()) {
        const place = await Place.make(`broken-${index}`);
        places.push(place);
        for (const object of prepare ?? []) await place.apply(object);
        const from = performance.now();
        await place.apply({
          apiVersion: 'interstellar.dev/v1alpha1',
          kind: 'VacationApp',
          metadata: { name: 'broken', ...(annotations === undefined ? {} : { annotations }) },
          spec: { replicas: 1, ...spec },
        });
        seen.push({ verdicts: [], reasons: new Set(), from });
      }
      const isAsExpected = ({ verdicts, reasons }: Seen, index: number): boolean => {
        const { reason, becomes } = BROKEN_SPECS[index] ?? {};
        return verdicts.at(-1) === becomes && reasons.has(reason ?? '');
      };
      const begun = performance.now();
      // As long as the grace and some more, so that what stays InProgress is seen to.
      for (const lasts = () => performance.now() - begun; lasts() < ENOUGH_MS || !seen.every(isAsExpected);) {
        if (lasts() > PATIENCE_MS) break;
        const text = await world().kubectl(['get', 'vacationapps', '--all-namespaces', '--output', 'json']);
        const apps = (JSON.parse(text) as { items: (App & KubeObject)[] }).items;
        const health = await gitopsHealthOf(...apps);
        for (const [index, app] of apps.entries()) {
          const found = seen[Number(/^broken-(\d+)$/.exec(app.metadata.namespace ?? '')?.[1] ?? NaN)];
          const { status = '' } = health[index]?.kstatus ?? {};
          if (found?.verdicts.at(-1) !== status) found?.verdicts.push(status);
          found?.reasons.add(conditionOf(app, 'Ready')?.reason ?? 'none');
          if (found && status === 'Failed') found.failedAfterMs ??= performance.now() - found.from;
        }
        await sleep(1_000);
      }
      const faults = seen.flatMap((one, index): string[] => {
        const { title = '', reason = '' } = BROKEN_SPECS[index] ?? {};
        const { verdicts, reasons, failedAfterMs } = one;
        const when = failedAfterMs === undefined ? '' : ` after ${(failedAfterMs / 1_000).toFixed(0)} s`;
        const course = `${title}: ${verdicts.join(' -> ')}${when}; ${[...reasons].join(', ')}`;
        console.log(`      ${course}`);
        const isHasty = stallsLater(reason) && (failedAfterMs ?? Infinity) < GRACE_MS;
        return verdicts.includes('Current') || isHasty || !isAsExpected(one, index) ? [course] : [];
      });
      expect(faults).to.deep.equal([]);
    });
  });
}

/** Sends a signal to mysqld from the node, where it is not the first process and so has no protection from it. */
async function signalMysql(app: AppIn, signal: 'KILL' | 'STOP' | 'CONT'): Promise<void> {
  const pod = await app.place.get<KubeObject>('pod', `${app.name}-mysql-0`);
  const uid = (pod?.metadata.uid ?? '').replaceAll('-', '[-_]');
  const script = `for each in /proc/[0-9]*; do
    if grep -q '${uid}' $each/cgroup && [ "$(cat $each/comm)" = mysqld ]; then kill -${signal} "\${each#/proc/}" && echo "$each"; fi
  done 2>/dev/null`;
  const [file = '', ...args]: readonly string[] = [...(world().cluster.onNode ?? []), 'sh', '-c', script];
  expect(await run(file, args), 'a mysqld got the signal').not.to.equal('');
}

/** The time, of the monotonic clock, at which the condition turns False; it is watched from before this returns. */
async function readyTurnsFalse({ place, name }: AppIn): Promise<number> {
  const path = `jsonpath={.status.conditions[?(@.type=="Ready")].status}{"\\n"}`;
  const [file, ...first] = world().cluster.kubectl;
  const args = ['get', 'vacationapp', name, '--namespace', place.namespace, '--watch', '--output', path];
  const child = spawn(file, [...first, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'False') return performance.now();
    }
    throw new Error(`the watch of ${name} ended`);
  } finally {
    child.kill();
  }
}
