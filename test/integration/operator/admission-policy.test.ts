import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import { pathOf } from '../../../operator/runtime/client/kinds.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { createKubectl, type Kubectl } from '../../support/kubectl.ts';
import { createWorld, eventually, type Scene, type World } from './world.ts';

interface Policy {
  readonly kind: string;
  readonly spec: {
    readonly validations: readonly { readonly message?: string; readonly messageExpression?: string }[];
  };
}

const SAMPLE = join(root, 'config', 'samples', 'admission-policy.yaml');
const NODE_PORT = { service: { type: 'NodePort' } };
const external = { host: 'travel.databases.example.com', name: 'travel', credentialsSecretName: 'login' };
const key = { name: 'mail', key: 'url' };

/** Everything that the sample leaves to users. */
const WITHIN = {
  image: 'registry.example.com/travel/webapp:2',
  replicas: 2,
  env: [{ name: 'SMTP_FROM', value: 'travel@example.com' }],
  pod: {
    labels: { 'travel.example.com/team': 'blue' },
    annotations: { 'travel.example.com/owner': 'ada' },
    nodeSelector: { disk: 'ssd' },
    priorityClassName: '',
  },
  ingress: { host: 'booking.travel.example.com', annotations: { 'cert-manager.io/cluster-issuer': 'public' } },
  gateway: { parentRefs: [{ name: 'public' }], hostnames: ['gate.travel.example.com'] },
  database: { managed: { image: 'mysql:8.4.6', configuration: { max_connections: '120' } } },
};

/** Each breaks one rule, or one rule through another field. */
const refused: readonly (readonly [what: string, spec: object, says: string])[] = [
  ['an image from elsewhere', { image: 'docker.io/evil/webapp:1' }, 'image and database.managed.image must begin'],
  ['an image whose registry only sounds alike', { image: 'registry.example.com/travel-2/webapp:1' }, 'must begin with'],
  [
    'MySQL from elsewhere',
    { database: { managed: { image: 'evil/mysql:8.4' } } },
    'registry.example.com/travel/, mysql',
  ],
  ['a host of somebody else', { ingress: { host: 'shop.example.com' } }, 'ingress.host and gateway.hostnames must end'],
  [
    'a host of somebody else at a Gateway',
    { gateway: { parentRefs: [{ name: 'g' }], hostnames: ['a.travel.example.com', 'shop.example.com'] } },
    'one of: .travel.example.com',
  ],
  ['every host of a Gateway', { gateway: { parentRefs: [{ name: 'g' }] } }, 'list the names in gateway.hostnames'],
  ['a label of others', { pod: { labels: { 'k8s-app': 'dns' } } }, 'labels (pod.labels, inheritedMetadata.labels)'],
  ['an annotation of others on pods', { pod: { annotations: { a: 'b' } } }, 'annotations (pod, service, ingress'],
  ['one on the Service', { service: { annotations: { a: 'b' } } }, 'annotations (pod, service, ingress'],
  [
    'one on the Ingress',
    { ingress: { host: 'a.travel.example.com', annotations: { 'nginx.ingress.kubernetes.io/server-snippet': 'x' } } },
    'rename or remove them',
  ],
  ['a priority class', { pod: { priorityClassName: 'system-node-critical' } }, 'remove priorityClassName'],
  ['tolerations', { pod: { tolerations: [{ operator: 'Exists' }] } }, 'set apart for others; remove them'],
  ['a label of others on every object', { inheritedMetadata: { labels: { a: 'b' } } }, 'labels (pod.labels'],
  ['an annotation of others on every object', { inheritedMetadata: { annotations: { a: 'b' } } }, 'annotations (pod'],
  ['a priority class of MySQL', { database: { managed: { priorityClassName: 'high' } } }, 'remove priorityClassName'],
  [
    'tolerations of MySQL',
    { database: { managed: { tolerations: [{ operator: 'Exists' }] } } },
    'set apart for others',
  ],
  ['a node port', NODE_PORT, 'set service.type to ClusterIP'],
  ['a load balancer', { service: { type: 'LoadBalancer' } }, 'set service.type to ClusterIP'],
  ['pods without network policies', { networkPolicy: 'Disabled' }, 'set networkPolicy to Managed'],
  [
    'a database anywhere',
    { database: { external: { ...external, host: 'evil.example.org' } } },
    'database.external.host must end with one of: .databases.example.com',
  ],
  [
    'another variable of MySQL',
    { database: { managed: { configuration: { general_log: '1' } } } },
    'database.managed.configuration may set only: max_connections',
  ],
  ['to delete the data with the app', { deletionPolicy: 'Delete' }, 'deletionPolicy Delete would also delete data'],
];

/** What names a Secret. */
const secrets: readonly (readonly [what: string, spec: object])[] = [
  ['in env', { env: [{ name: 'SMTP_URL', valueFrom: { secretKeyRef: key } }] }],
  ['to pull images', { imagePullSecrets: [{ name: 'registry' }] }],
  ['of TLS', { ingress: { host: 'a.travel.example.com', tlsSecretName: 'tls' } }],
  ['as its credentials', { credentials: { secretName: 'mine' } }],
  ['as the login of a database', { database: { external } }],
];
const MUST_READ_SECRETS = 'to name a Secret (imagePullSecrets';
const MUST_READ_CONFIG_MAPS = 'to name a ConfigMap in env you must';
const configMap = { env: [{ name: 'SMTP_FROM', valueFrom: { configMapKeyRef: key } }] };

describe('the sample of an admission policy', () => {
  let world: World;
  let kubectl: Kubectl;
  let here: Scene;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    here = await world.namespace('travel');
    kubectl = createKubectl(world.server.kubectl);
    await here.declare('old', NODE_PORT);
    const grant = (...args: readonly string[]) => kubectl(['--namespace', 'travel', 'create', ...args]);
    await grant('role', 'declarer', '--verb=create', '--resource=vacationapps.interstellar.dev');
    await grant('role', 'reader', '--verb=get', '--resource=secrets,configmaps');
    await grant('rolebinding', 'declarers', '--role=declarer', '--user=ada', '--user=grace');
    await grant('rolebinding', 'readers', '--role=reader', '--user=grace');
    await kubectl(['apply', '--filename', SAMPLE]);
    // The API server takes a policy into account some moments after it is written.
    await eventually('the policy holds', () => answerTo(NODE_PORT), refusal);
  });

  after(() => world.stop());

  const app = (spec: object) => {
    const { apiVersion, kind } = VACATION_APP;
    return { apiVersion, kind, metadata: { name: 'tried', namespace: 'travel' }, spec };
  };

  const outcome = (done: Promise<unknown>): Promise<string> =>
    done.then(
      () => 'accepted',
      (error: unknown) => (error as Error).message,
    );

  /** To one who may do anything. */
  const answerTo = (spec: object): Promise<string> =>
    outcome(
      world.admin.request({
        method: 'POST',
        path: pathOf(VACATION_APP, 'travel'),
        query: { dryRun: 'All', fieldValidation: 'Strict' },
        body: app(spec),
      }),
    );

  /** To `ada`, who may only declare apps, or to `grace`, who may read Secrets and ConfigMaps too. */
  const answerFor = (user: string, spec: object): Promise<string> =>
    outcome(
      kubectl(['create', '--as', user, '--dry-run=server', '--filename', '-'], { input: JSON.stringify(app(spec)) }),
    );

  const refusal = (said: string): boolean => said.includes("ValidatingAdmissionPolicy 'vacation-apps'");

  it('accepts an app that keeps to it, from somebody who may do no more than declare it', async () => {
    expect(await answerFor('ada', {})).to.equal('accepted');
    expect(await answerFor('ada', WITHIN)).to.equal('accepted');
  });

  for (const [what, spec, says] of refused) {
    it(`refuses ${what}, and says what to change`, async () => {
      const said = await answerTo(spec);
      expect(refusal(said), said).to.equal(true);
      expect(said).to.contain(says);
    });
  }

  for (const [what, spec] of secrets) {
    it(`lets nobody name a Secret ${what} who may not read it`, async () => {
      expect(await answerFor('ada', spec)).to.contain(MUST_READ_SECRETS);
      expect(await answerFor('grace', spec)).to.equal('accepted');
    });
  }

  it('lets nobody name a ConfigMap who may not read it', async () => {
    expect(await answerFor('ada', configMap)).to.contain(MUST_READ_CONFIG_MAPS);
    expect(await answerFor('grace', configMap)).to.equal('accepted');
  });

  it('leaves what was there before alone until its spec changes', async () => {
    expect(await outcome(here.declare('old', NODE_PORT, { 'interstellar.dev/restart': '1' }))).to.equal('accepted');
    expect(await outcome(here.declare('old', { ...NODE_PORT, replicas: 2 }))).to.contain(
      'set service.type to ClusterIP',
    );
    expect(await outcome(here.declare('old', { replicas: 2 }))).to.equal('accepted');
  });

  it('is broken in every rule by something above', async () => {
    const documents = parseAllDocuments(await readFile(SAMPLE, 'utf8')).map((one) => one.toJS() as Policy);
    const validations = documents.find(({ kind }) => kind === 'ValidatingAdmissionPolicy')?.spec.validations ?? [];
    const said = await Promise.all(refused.map(([, spec]) => answerTo(spec)));
    const all = [...said, MUST_READ_SECRETS, MUST_READ_CONFIG_MAPS].join('\n');
    const beginnings = validations.map(
      ({ message, messageExpression = '' }) => message ?? messageExpression.split("'")[1],
    );
    expect(beginnings).to.have.length.above(10);
    expect(beginnings.filter((words = '') => !all.includes(words.slice(0, 18)))).to.deep.equal([]);
  });

  it('refuses everything without its limits', async () => {
    await kubectl(['--namespace', 'vacation-system', 'delete', 'configmap', 'vacation-app-limits']);
    await eventually(
      'nothing is accepted',
      () => answerTo({}),
      (said) => said.includes('params'),
    );
  });
});
