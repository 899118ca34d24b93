import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { axeFaults } from '../support/axe.ts';
import { openPage, type WatchedPage, WIDTHS } from '../support/browser.ts';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { type Relay, startRelay } from '../support/relay.ts';
import { AppIn, Place } from './apps.ts';
import { nextRelease } from './next-release.ts';
import { READY_WITHIN_MS, ensureApp, world } from './world.ts';

/** All states; else those that every app may have. The others take a minute more. */
const IS_WHOLE = process.env.STATUS_PAGE === 'whole';

/** SCREENSHOTS=folder keeps a picture of the app's page in each state and look. */
const pictures = process.env.SCREENSHOTS;
const SYSTEM = 'vacation-system';
/** The replica whose status page is looked at: a label, and the name of a Service. */
const VIEWED = 'viewed';
/** A name that no candidate has. */
const ELSEWHERE = 'elsewhere';

interface NodePortService extends KubeObject {
  readonly spec: { readonly ports: readonly { readonly nodePort?: number }[] };
}

interface Lease extends KubeObject {
  readonly spec: { readonly holderIdentity?: string };
}

describe('the status page, through the states of an app on a real cluster', function () {
  this.timeout(10 * 60_000);
  let place: Place;
  let app: AppIn;
  let relay: Relay | undefined;
  const opened: WatchedPage[] = [];
  /** Follows the app by itself from its first state to its last. */
  let live: WatchedPage;
  /** Without scripts. */
  let plain: WatchedPage;

  before(async () => {
    // Somebody else's app, which this viewer must not see.
    await ensureApp();
    place = await Place.make('observed');
    app = new AppIn(place, 'watched');
    await place.kubectl(['create', 'serviceaccount', 'viewer']);
    const role = ['--clusterrole=vacationapp-viewer', '--serviceaccount=observed:viewer'];
    await place.kubectl(['create', 'rolebinding', 'viewer', ...role]);
  });

  after(async () => {
    if ((await leaseHolder()) === ELSEWHERE) await giveLease('');
    await Promise.all(opened.map(({ context }) => context.close()));
    await relay?.stop();
    await world().kubectl(['delete', 'service', VIEWED, '--namespace', SYSTEM, '--ignore-not-found']);
    await place.remove();
  });

  const declare = (spec: object = {}): Promise<void> =>
    app.declare({ credentials: { secretName: 'theirs' }, service: { type: 'ClusterIP' }, ...spec });

  /** Waits until the live page has this in its headline and shows the words, then looks at it as anybody may. */
  async function shows(state: string, headline: string, ...words: readonly string[]): Promise<void> {
    const main = live.page.locator('main');
    await main.locator('h1').getByText(headline).waitFor({ timeout: READY_WITHIN_MS });
    for (const text of words) await main.getByText(text).first().waitFor({ timeout: READY_WITHIN_MS });
    expect(await live.page.content(), state).not.to.match(/a-key-that-no-page-shows|p4ssw0rd/);
    for (const [width, viewport] of Object.entries(WIDTHS)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await live.page.setViewportSize(viewport);
        await live.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await picture(live.page, `${state} ${width} ${colorScheme}`);
        expect(await axeFaults(live.page), `${state}, ${width} and ${colorScheme}`).to.deep.equal([]);
      }
      const tooWide = await live.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(tooWide, `${state} scrolls sideways, ${width}`).to.be.at.most(0);
    }
    await plain.page.goto(live.page.url());
    for (const text of [headline, ...words]) await plain.page.getByText(text).first().waitFor();
    await reaches(plain.page, 'footer a, main a, main summary');
  }

  it('asks for a token, and then lists the apps that its user may see', async () => {
    const leader = await leaseHolder();
    // Nobody leads then, until the app has been looked at in its first state.
    if (IS_WHOLE) await giveLease(ELSEWHERE);
    const url = await openPort(leader);
    const token = (await place.kubectl(['create', 'token', 'viewer'])).trim();
    plain = await openPage(world().browser, url, { javaScriptEnabled: false });
    live = await openPage(world().browser, url);
    opened.push(plain, live);
    for (const { page, context } of [plain, live]) {
      context.setDefaultTimeout(60_000);
      await page.goto('/');
      await page.locator('#token').focus();
      await page.keyboard.type(token);
      await page.keyboard.press('Enter');
      await page.getByText('There are no apps that you may see.').waitFor();
    }
    await declare();
    await live.page.getByRole('link', { name: 'watched' }).click();
  });

  if (IS_WHOLE) {
    it('shows an app that is fresh, as long as no operator leads', async () => {
      await shows('fresh', 'New', 'None yet. The operator reports on a new app within seconds.');
      await giveLease('');
    });
  }

  it('shows what an app waits for', async () => {
    await shows('waiting', 'Reconciling', 'Secret theirs does not exist');
    await place.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'theirs', labels: { 'interstellar.dev/watch': 'true' } },
      stringData: {
        db_uri: 'mysql://web:p4ssw0rd@watched-mysql:3306/vacation',
        db_migration_uri: 'mysql://migration:p4ssw0rd@watched-mysql:3306/vacation',
        db_root_password: 'r00t-p4ssw0rd',
        secret_key: 'a-key-that-no-page-shows',
      },
    });
    await shows('ready', 'Ready', 'Available');
  });

  if (IS_WHOLE) {
    it('shows a migration as long as it runs', async () => {
      const lock = await lockMigrations();
      try {
        await declare({ image: await nextRelease() });
        await shows('migrating', 'Reconciling', 'MigrationRunning');
      } finally {
        lock.end();
      }
      await shows('migrated', 'Ready', 'Available');
    });
  }

  it('shows an app that has stalled, and what somebody has to do', async () => {
    const deployment = 'deployment/watched-web';
    await place.kubectl(['rollout', 'pause', deployment]);
    await declare({ env: [{ name: 'TZ', value: 'UTC' }] });
    await shows('stalled', 'Stalled', 'RolloutPaused', `kubectl rollout resume ${deployment}`);
    await place.kubectl(['rollout', 'resume', deployment]);
    await app.ready();
  });

  if (IS_WHOLE) {
    it('shows an app that is hibernated', async () => {
      await declare({ mode: 'Hibernated' });
      await shows('hibernated', 'Hibernated');
      await declare();
      await app.ready();
    });

    it('shows who contests a field', async () => {
      const path = '/spec/ports/0/targetPort';
      const change = JSON.stringify([{ op: 'replace', path, value: 9999 }]);
      const fights = new AbortController();
      const fighting = (async () => {
        while (!fights.signal.aborted) {
          await place.kubectl(['patch', 'service', 'watched-web', '--type=json', '--patch', change]);
          await sleep(200);
        }
      })();
      // Told below, after what the page lacks.
      fighting.catch(() => undefined);
      try {
        await shows('contested', 'Reconciling', 'FieldContested', 'kubectl-patch');
      } finally {
        fights.abort();
        await fighting;
      }
    });
  }

  it('has raised no error so far, and tells that an app is gone', async () => {
    expect([...live.faults, ...plain.faults]).to.deep.equal([]);
    await place.kubectl(['delete', 'vapp', 'watched']);
    await shows('gone', 'Not found', 'There is no such app');
    // By which the page learned it.
    expect(new Set([...live.faults, ...plain.faults])).to.deep.equal(new Set([`404 for ${live.page.url()}`]));
  });

  it('shows that viewer no name of another namespace', async () => {
    for (const path of ['/', '/operator', '/apps/travel/milky-way']) {
      await plain.page.goto(path);
      const page = await plain.page.content();
      if (path !== '/apps/travel/milky-way') expect(page, path).not.to.contain('milky-way');
      else expect(page).to.contain('There is no such app');
    }
  });

  /**
   * The status page of a replica that has not led: the one that did starts again. By its node port and an address of this machine, under
   * which the page answers; one `kubectl port-forward` would end with the first connection that a browser cuts.
   */
  async function openPort(leader: string | undefined): Promise<string> {
    const { kubectl, nodeAddress } = world();
    const replicas = await kubectl.list<KubeObject>('pods', SYSTEM, 'app.kubernetes.io/component=operator');
    const replica = replicas.find(({ metadata }) => metadata.name !== leader);
    if (!replica) throw new Error('there is no replica that does not lead');
    await kubectl(['label', 'pod', replica.metadata.name, `${VIEWED}=yes`, '--namespace', SYSTEM, '--overwrite']);
    await kubectl.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: VIEWED, namespace: SYSTEM },
      spec: { type: 'NodePort', selector: { [VIEWED]: 'yes' }, ports: [{ port: 8082 }] },
    });
    const { spec } = await kubectl.get<NodePortService>('service', VIEWED, SYSTEM);
    const host = '127.0.0.1';
    relay = await startRelay({ host, port: 0 }, { host: nodeAddress, port: spec.ports[0]?.nodePort ?? 0 });
    const url = `http://${host}:${relay.port}`;
    await eventually('the status page answers', 60_000, () => fetch(url), ({ ok }) => ok); // prettier-ignore
    return url;
  }

  /** Keeps the lock that migrations take, until it is told to end. */
  async function lockMigrations(): Promise<{ end(): void }> {
    const login =
      'MYSQL_PWD=$(cat "$MYSQL_ROOT_PASSWORD_FILE") exec mysql --user=root --unbuffered --skip-column-names';
    const command = ['exec', '--stdin', 'watched-mysql-0', '--container', 'mysql', '--', 'sh', '-c', login];
    const [file, ...first] = world().cluster.kubectl;
    const args = [...first, '--namespace', place.namespace, ...command];
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write("SELECT GET_LOCK('migrate:vacation', 60);\n");
    expect(await firstLine(child)).to.equal('1');
    return { end: () => child.stdin.end() };
  }
});

/** Goes on reading what comes after it. Rejects where the process ends without a line. */
async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('the process has no output');
  const lines = createInterface({ input: stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as [string?];
  if (line === undefined) throw new Error('the process ended without a line of output');
  return line;
}

const leaseHolder = async (): Promise<string | undefined> =>
  (await world().kubectl.get<Lease>('lease', 'vacation-operator', SYSTEM)).spec.holderIdentity;

/** Gives the lease to a candidate of this name; an empty one leaves it to the first replica that asks. */
async function giveLease(holderIdentity: string): Promise<void> {
  const patch = JSON.stringify({ spec: { holderIdentity, leaseDurationSeconds: 600 } });
  const lease = ['lease', 'vacation-operator', '--namespace', SYSTEM];
  await world().kubectl(['patch', ...lease, '--type=merge', '--patch', patch]);
}

/** Tab leads to each of these elements. */
async function reaches(page: Page, selector: string): Promise<void> {
  const all = page.locator(selector);
  const visible = await all.evaluateAll((elements) => elements.filter((element) => element.checkVisibility()).length);
  await page.locator('body').press('Home');
  const seen = new Set<string>();
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) break;
    const found = await focused.evaluate(
      (element, wanted) => (element.matches(wanted) ? [...document.querySelectorAll(wanted)].indexOf(element) : -1),
      selector,
    );
    if (found >= 0) seen.add(String(found));
    if (seen.size === visible) return;
  }
  expect(seen.size, 'elements that Tab leads to').to.equal(visible);
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `real-${name.replace(/\W+/g, '-')}.png`), fullPage: true });
}
