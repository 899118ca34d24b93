import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { root } from '../../scripts/cluster/paths.ts';
import { eventually } from '../support/kubectl.ts';
import { APP, ensureApp, NAMESPACE, pods, world } from './world.ts';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const PLUGIN = join(root, 'dist', 'bin');
const APP_NAME = `vacationapp.interstellar.dev/${APP}`;

/** What differs from run to run: ages, names that Kubernetes makes up, addresses and images. */
const normalised = (text: string): string =>
  text
    .replaceAll(/ {2}(?:\d+[smhd]){1,2}$/gm, '  AGE')
    .replaceAll(/-web-[a-z0-9]+-[a-z0-9]{5}\b/g, '-web-POD')
    .replaceAll(/-migrate-[a-z0-9]+/g, '-migrate-HASH')
    .replaceAll(/-HASH-[a-z0-9]{5}\b/g, '-HASH-POD')
    .replaceAll(/\d+\.\d+\.\d+\.\d+(:\d+)?/g, 'ADDRESS')
    .replaceAll(/ADDRESS \d+(:\d+)?$/gm, 'ADDRESS PORT')
    .replaceAll(/ {2}\d+ restarts?/g, '');

describe('kubectl vacation on a real cluster', function () {
  this.timeout(5 * 60_000);
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    await ensureApp();
    const { kubectl, kubeconfig = '' } = world().cluster;
    folder = await mkdtemp(join(tmpdir(), 'plugin-'));
    await symlink(kubectl[0], join(folder, 'kubectl'));
    env = { ...process.env, KUBECONFIG: kubeconfig, PATH: `${folder}:${PLUGIN}:${process.env.PATH ?? ''}` };
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  const start = (args: readonly string[]) =>
    spawn('kubectl', args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

  async function kubectl(args: readonly string[]): Promise<Said> {
    const child = start(args);
    let [out, error] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, out, error };
  }

  const vacation = (...args: string[]): Promise<Said> => kubectl(['vacation', ...args, '--namespace', NAMESPACE]);

  it('is found by kubectl', async () => {
    expect((await kubectl(['plugin', 'list'])).out).to.contain(join(PLUGIN, 'kubectl-vacation'));
  });

  it('shows the app as a tree', async () => {
    const { code, out } = await vacation('status', APP);
    expect(code).to.equal(0);
    const tree = normalised(out);
    expect(tree).to.match(
      new RegExp(`^${NAMESPACE}/${APP}  Ready \\(Available\\)  web \\d+/\\d+  http://ADDRESS  AGE\n`),
    );
    for (const line of [
      '│  ├─ ✔ Ready=True  Available  AGE',
      `├─ Credentials\n│  └─ · Secret/${APP}-credentials`,
      `│  ├─ ✔ StatefulSet/${APP}-mysql  1/1 ready\n│  │  └─ ✔ Pod/${APP}-mysql-0  Running  1/1  AGE`,
      `│  ├─ ✔ PersistentVolumeClaim/data-${APP}-mysql-0  Bound, 2Gi, `,
      // Whether a line goes on at the left depends on whether drift was corrected.
      `│  ├─ ✔ Pod/${APP}-web-POD  Running  1/1  AGE`,
      `├─ · Service/${APP}-web  NodePort ADDRESS PORT`,
    ]) {
      expect(tree).to.contain(line);
    }
  });

  it('lists the apps of all namespaces', async () => {
    const { out } = await kubectl(['vacation', 'status', '--all-namespaces']);
    expect(out).to.match(/^NAMESPACE +NAME +HEALTH +REASON +WEB +DATABASE +URL +AGE$/m);
    expect(out).to.match(new RegExp(`^${NAMESPACE} +${APP} +Ready +Available +\\d/\\d +True +http`, 'm'));
  });

  it('gives scripts the same as JSON', async () => {
    const { out } = await vacation('status', APP, '--output', 'json');
    expect(JSON.parse(out)).to.include({ namespace: NAMESPACE, name: APP, health: 'Ready', isObserved: true });
  });

  it('waits for what is there already, and gives up on what is not', async () => {
    expect(await vacation('wait', APP, '--for', 'WebReady')).to.deep.equal({
      code: 0,
      out: `${APP_NAME} condition met\n`,
      error: '',
    });
    const { code, error } = await vacation('wait', APP, '--for', 'Exposed', '--timeout', '1s');
    expect(code).to.equal(6);
    expect(error).to.contain(`error: timed out waiting for Exposed of ${APP}`);
  });

  it('lists the events of the app, its children and its pods', async () => {
    const { out } = await vacation('events', APP);
    expect(out).to.match(/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/m);
    expect(out).to.match(new RegExp(`Normal +Scheduled +Pod/${APP}-`));
  });

  it('prints the logs of all web pods', async () => {
    const names = (await pods('web')).map(({ metadata }) => metadata.name);
    const { code, out } = await vacation('logs', APP, '--tail', '1');
    expect(code).to.equal(0);
    for (const name of names) expect(out).to.contain(names.length > 1 ? `[${name}] {` : '{');
    expect(
      (await vacation('logs', APP, '--component', 'mysql', '--tail', '3')).out.trimEnd().split('\n'),
    ).to.have.length(3);
  });

  it('opens the pages through a port-forward, until it is interrupted', async () => {
    const child = start(['vacation', 'open', APP, '--no-browser', '--namespace', NAMESPACE]);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const url = /^(http:\/\/127\.0\.0\.1:\d+\/) leads to milky-way until Ctrl-C$/.exec(line)?.[1] ?? '';
    const pages = await Promise.all(
      ['', 'about', 'login'].map((path) => fetch(url + path).then((page) => page.text())),
    );
    for (const page of pages) expect(page).to.contain('<!doctype html>');
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).to.equal(130);
  });

  it('opens the status page of the operator', async () => {
    const child = start(['vacation', 'open', '--status-page', '--no-browser']);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const url = /^(http:\/\/127\.0\.0\.1:\d+\/) leads to the status page until Ctrl-C$/.exec(line)?.[1] ?? '';
    expect(await (await fetch(url)).text()).to.contain('<!doctype html>');
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).to.equal(130);
  });

  it('pauses the app, and resumes it', async () => {
    expect((await vacation('pause', APP)).out).to.contain(`${APP_NAME} paused\n`);
    const isPaused = async () =>
      (await vacation('wait', APP, '--timeout', '0')).out + (await vacation('status', APP)).out;
    await eventually('the operator says so', 60_000, isPaused, (out) => out.includes('Ready (Paused)'));
    expect((await vacation('pause', APP)).out).to.equal(`${APP_NAME} unchanged: it is paused already\n`);
    expect((await vacation('resume', APP)).out).to.contain(`${APP_NAME} resumed\n`);
    await eventually('the operator goes on', 60_000, isPaused, (out) => out.includes('Ready (Available)'));
  });

  it('finds nothing to update', async () => {
    expect((await vacation('update', APP)).out).to.equal(
      `${APP_NAME} unchanged: Images and pod templates are as new as this operator knows\n`,
    );
  });

  it('restarts the web pods, and waits until all are new', async () => {
    const before = (await pods('web')).map(({ metadata }) => metadata.uid);
    const { code, out } = await vacation('restart', APP, '--wait');
    expect(code).to.equal(0);
    expect(out).to.contain(`${APP_NAME} restarted\n`);
    expect(out).to.contain(`${APP_NAME}: the restart of the web pods is done\n`);
    const after = await pods('web');
    expect(after.filter(({ metadata }) => before.includes(metadata.uid) && metadata.deletionTimestamp === undefined)).to
      .be.empty;
  });

  it('hibernates the app and wakes it, and tells of the changes on the way', async () => {
    const watching = start(['vacation', 'status', APP, '--watch', '--namespace', NAMESPACE]);
    let seen = '';
    watching.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    await once(watching.stdout, 'data');
    const asleep = await vacation('hibernate', APP, '--wait');
    expect(asleep.code, asleep.error).to.equal(0);
    expect(asleep.out).to.contain(`${APP_NAME}: Hibernated is done\n`);
    expect((await vacation('open', APP, '--no-browser')).error).to.equal(
      `error: ${APP} has no web pod that is ready: it is hibernated\n`,
    );
    // the next verb ends the state that the watch has to see
    const [gone, hibernated] = [
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d  Pod/${APP}-mysql-0  gone$`, 'm'),
      /^\d\d:\d\d:\d\d {2}Ready {2}True Hibernated: /m,
    ];
    await eventually('the watch tells of it', 60_000, () => Promise.resolve(seen), (text) => gone.test(text) && hibernated.test(text)); // prettier-ignore
    const awake = await vacation('wake', APP, '--wait');
    expect(awake.code, awake.error).to.equal(0);
    expect(awake.error).to.contain('waiting for Ready: ');
    watching.kill('SIGINT');
    expect((await once(watching, 'close'))[0]).to.equal(130);
  });

  it('writes a report without secrets, and takes no file that is there', async () => {
    const file = join(folder, 'report.txt');
    const { code, out } = await vacation('report', APP, '--file', file);
    expect([code, out]).to.deep.equal([0, `${file}\n`]);
    const report = await readFile(file, 'utf8');
    for (const title of [
      'Redacted',
      'Status',
      'Events',
      'Resource',
      'Children',
      'Secrets',
      'Pods',
      'Cluster',
      'Operator',
    ]) {
      expect(report).to.contain(`\n## ${title}\n`);
    }
    expect(report).to.contain('"message":"Leading"');
    expect(report)
      .to.contain('kubeletVersion: ')
      .and.not.match(/(machineID|systemUUID|bootID|managedFields): /);
    expect(report).not.to.match(/^# not the app's/m);
    const secret = await world().kubectl.get<
      { data: Record<string, string> } & Awaited<ReturnType<typeof pods>>[number]
    >('secret', `${APP}-credentials`, NAMESPACE);
    const values = Object.values(secret.data);
    expect(values).to.have.length.above(3);
    for (const value of values) {
      expect(report.includes(value)).to.equal(false);
      expect(report.includes(Buffer.from(value, 'base64').toString())).to.equal(false);
    }
    expect((await vacation('report', APP, '--file', file)).code).to.equal(1);
  });

  it('completes verbs, options and names through kubectl, as its completion in every shell does', async () => {
    const complete = async (...words: string[]) =>
      (await kubectl(['__complete', 'vacation', ...words])).out.split('\n');
    expect(await complete('hib')).to.include('hibernate\tStop every pod of an app and keep its data');
    expect(await complete('status', '--namespace', NAMESPACE, 'mil')).to.include(APP);
    expect(await complete('logs', '--component', 'm')).to.include.members(['mysql', 'migration']);
    expect(await complete('status', '-n', 'tra')).to.include(NAMESPACE);
  });

  it('says in one sentence what failed, each with a code of its own', async () => {
    const refused = join(folder, 'refused');
    const config = JSON.parse(await world().kubectl(['config', 'view', '--raw', '--output', 'json'])) as {
      users: object[];
    };
    await writeFile(
      refused,
      JSON.stringify({ ...config, users: config.users.map((user) => ({ ...user, user: { token: 'no' } })) }),
    );
    const nowhere = join(folder, 'nowhere');
    await writeFile(
      nowhere,
      (await readFile(refused, 'utf8')).replace(/"server":"[^"]+"/, '"server":"https://127.0.0.1:9"'),
    );
    const rows: readonly (readonly [args: string[], code: number, error: string])[] = [
      [['status', 'andromeda'], 3, 'error: vacationapps.interstellar.dev "andromeda" not found\n'],
      [['status', APP, '--kubeconfig', refused], 4, 'error: Unauthorized\n'],
      [['status', APP, '--kubeconfig', nowhere], 5, 'error: The API server cannot be reached: '],
      [['status', APP, '--context', 'nowhere'], 5, 'error: The kubeconfig has no context nowhere\n'],
      [['statuss'], 2, "error: unknown command 'statuss'"],
    ];
    for (const [args, code, error] of rows) {
      const said = await vacation(...args);
      expect(said.code, args.join(' ')).to.equal(code);
      expect(said.error, args.join(' ')).to.contain(error);
    }
  });
});
