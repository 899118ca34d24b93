import { expect } from 'chai';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { APP, applyApp, ensureApp, NAMESPACE, pods, world } from './world.ts';

interface LivePod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
  readonly status: {
    readonly podIP?: string;
    readonly containerStatuses?: readonly {
      readonly state: { readonly terminated?: { readonly message?: string } };
    }[];
  };
}

type Outcome = 'connected' | 'no answer';

interface Attempt {
  readonly host: string;
  readonly port: number;
  readonly expected: Outcome;
}

const ELSEWHERE = 'elsewhere';
const APP_LABEL = 'interstellar.dev/app';

/** Runs in a pod: tries each address until what is expected comes, or for 20 s, and leaves the last outcomes behind. A policy may need a moment to know a new pod. */
const PROBE = `
const { connect } = require('node:net');
const attempt = ({ host, port }) => new Promise((resolve) => {
  const socket = connect({ host, port, timeout: 3000 });
  const end = (outcome) => { socket.destroy(); resolve(outcome); };
  socket.on('connect', () => end('connected')).on('timeout', () => end('no answer')).on('error', ({ code }) => end(code));
});
const settle = async (one) => {
  const deadline = Date.now() + 20000;
  for (;;) {
    const outcome = await attempt(one);
    if (outcome === one.expected || Date.now() > deadline) return outcome;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
};
Promise.all(JSON.parse(process.env.ATTEMPTS).map(settle)).then((outcomes) =>
  require('node:fs').writeFileSync('/dev/termination-log', JSON.stringify(outcomes)));
`;

describe('the network policies of an app', () => {
  let web: LivePod;
  let mysql: LivePod;
  let probes = 0;

  before(async () => {
    await ensureApp();
    await locate();
    await world().kubectl.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ELSEWHERE } });
  });

  after(async () => {
    const { kubectl } = world();
    await ensureApp();
    await kubectl(['delete', 'namespace', ELSEWHERE, '--wait=false']);
    await kubectl(['delete', 'pods', '--namespace', NAMESPACE, '--selector', 'probe=yes', '--wait=false']);
  });

  /** The pods as they are now: a change of the spec may replace them. */
  async function locate(): Promise<void> {
    const one = async (component: 'web' | 'mysql'): Promise<LivePod> => {
      const [found] = await pods(component);
      return world().kubectl.get<LivePod>('pod', found?.metadata.name ?? '', NAMESPACE);
    };
    [web, mysql] = await Promise.all([one('web'), one('mysql')]);
  }

  const to = (pod: LivePod, port: number, expected: Outcome): Attempt => ({
    host: pod.status.podIP ?? '',
    port,
    expected,
  });

  /** What becomes of the attempts of a pod with these labels. */
  async function outcomes(namespace: string, labels: object, attempts: readonly Attempt[]): Promise<unknown> {
    probes += 1;
    const name = `probe-${probes}`;
    const container = {
      name: 'probe',
      image: web.spec.containers[0]?.image,
      imagePullPolicy: 'IfNotPresent',
      command: ['node', '-e', PROBE],
      env: [{ name: 'ATTEMPTS', value: JSON.stringify(attempts) }],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    };
    const spec = {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container],
    };
    const metadata = { name, namespace, labels: { probe: 'yes', ...labels } };
    await world().kubectl.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
    const message = await eventually(
      `${name} has ended`,
      120_000,
      async () => {
        const pod = await world().kubectl.get<LivePod>('pod', name, namespace);
        return pod.status.containerStatuses?.[0]?.state.terminated?.message ?? '';
      },
      (text) => text !== '',
    );
    return JSON.parse(message);
  }

  const ofStrangers = (database: Outcome): Attempt[] => [
    to(web, 5000, 'connected'),
    to(web, 9090, 'connected'),
    to(mysql, 3306, database),
  ];
  const ofMigrations = (others: Outcome): Attempt[] => [to(mysql, 3306, 'connected'), to(web, 5000, others)];
  const expectedOf = (attempts: readonly Attempt[]): Outcome[] => attempts.map(({ expected }) => expected);
  const migration = { [APP_LABEL]: APP, 'app.kubernetes.io/component': 'migration' };

  for (const namespace of [NAMESPACE, ELSEWHERE]) {
    it(`let a pod of somebody else in ${namespace} see pages and metrics, and keep it from MySQL`, async () => {
      const attempts = ofStrangers('no answer');
      expect(await outcomes(namespace, {}, attempts)).to.deep.equal(expectedOf(attempts));
    });
  }

  it('let a migration reach MySQL, and nothing that it does not need', async () => {
    const attempts = ofMigrations('no answer');
    expect(await outcomes(NAMESPACE, migration, attempts)).to.deep.equal(expectedOf(attempts));
  });

  it('do not take one app for another', async () => {
    const attempts = [to(mysql, 3306, 'no answer')];
    const labels = { ...migration, [APP_LABEL]: 'andromeda' };
    expect(await outcomes(NAMESPACE, labels, attempts)).to.deep.equal(['no answer']);
    expect(await outcomes(ELSEWHERE, migration, attempts), 'in another namespace').to.deep.equal(['no answer']);
  });

  it('are what did it: without them everything is open, and with them again it is shut', async () => {
    await applyApp({ service: { type: 'NodePort' }, networkPolicy: 'Disabled' });
    await locate();
    const open = ofStrangers('connected');
    expect(await outcomes(ELSEWHERE, {}, open)).to.deep.equal(expectedOf(open));
    const free = ofMigrations('connected');
    expect(await outcomes(NAMESPACE, migration, free)).to.deep.equal(expectedOf(free));
    await ensureApp();
    await locate();
    const shut = ofStrangers('no answer');
    expect(await outcomes(ELSEWHERE, {}, shut)).to.deep.equal(expectedOf(shut));
  });
});
