import { expect } from 'chai';
import fc from 'fast-check';
import { createScrubber } from '../../../operator/kubectl-plugin/report/scrub.ts';
import { redact } from '../../../operator/kubectl-plugin/report/redact.ts';
import { type FakeCluster, runVacation } from '../../support/fake-cluster.ts';
import { chosen } from '../../support/property.ts';
import { aChild, aCondition, aLivePod, anEvent, aReportedApp, aServingCluster } from '../../support/serving-cluster.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A cluster in which each of these values stands wherever a Secret, an environment variable or a foreign annotation can be, and in what was written down. */
function aMarkedCluster(
  marks: Readonly<Record<'secret' | 'env' | 'annotation' | 'sidecar' | 'uri' | 'own', string>>,
  said = marks.secret,
): FakeCluster {
  const { secret, env, annotation, sidecar, uri, own } = marks;
  const annotations = {
    'example.com/note': annotation,
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ env, annotation }),
  };
  const app = aReportedApp(
    [
      aCondition({
        status: 'False',
        reason: 'ContainerFailing',
        message: `Container web ends with code 1, saying "cannot use ${said}"`,
      }),
    ],
    {
      metadata: { name: 'milky-way', annotations },
      spec: {
        env: [
          { name: 'SMTP_URL', value: env },
          { name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: 'own', key: 'token' } } },
        ],
        inheritedMetadata: { annotations },
        pod: { annotations },
        service: { annotations },
        ingress: { host: 'book.example.com', annotations, tlsSecretName: 'tls' },
        database: { managed: { configuration: { report_password: secret } } },
      },
    },
  );
  const container = {
    name: 'web',
    image: 'web:1',
    env: [
      { name: 'SMTP_URL', value: env },
      { name: 'DB', valueFrom: { secretKeyRef: { name: 'milky-way-credentials', key: 'db_uri' } } },
    ],
  };
  const beside = {
    name: 'proxy',
    image: 'proxy:1',
    env: [{ name: 'PROXY_KEY', value: sidecar }],
    args: ['--token', sidecar],
    livenessProbe: { httpGet: { path: '/', httpHeaders: [{ name: 'authorization', value: sidecar }] } },
    envFrom: [{ secretRef: { name: 'injected' } }],
  };
  const template = { metadata: { annotations }, spec: { containers: [container, beside] } };
  const ended = { terminated: { exitCode: 1, reason: 'Error', message: `refused ${secret}` } };
  const secrets = {
    'milky-way-credentials': { db_uri: uri, secret_key: secret },
    own: { token: own },
    tls: { 'tls.key': secret },
    injected: { key: sidecar },
  };
  const cluster = aServingCluster(app);
  cluster.put(aChild('Deployment', 'web', 'web', { spec: { replicas: 1, template } }));
  cluster.put({ ...aChild('ConfigMap', 'web', 'web', { data: { SETTING: env } }) });
  cluster.put(
    aLivePod('web-5d4f8b7c9d-abcde', 'web', {
      spec: template.spec,
      status: {
        containerStatuses: [{ name: 'web', ready: false, restartCount: 2, state: { running: {} }, lastState: ended }],
      },
    }),
  );
  for (const [name, values] of Object.entries(secrets)) {
    const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)]));
    cluster.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'travel', annotations, labels: { 'interstellar.dev/app': 'milky-way' } },
      data,
    });
  }
  cluster.add(
    anEvent('VacationApp', 'milky-way', {
      type: 'Warning',
      reason: 'ContainerFailing',
      message: `saying "cannot use ${said}"`,
    }),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'travel', annotations } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'vacation-operator-1',
        namespace: 'vacation-system',
        labels: { 'interstellar.dev/operator': 'vacation-operator' },
        annotations,
      },
      spec: {
        containers: [
          {
            name: 'operator',
            image: 'operator:1',
            env: [
              { name: 'PROXY_SECRET', value: sidecar },
              { name: 'LOG_LEVEL', value: 'debug' },
            ],
          },
        ],
      },
    },
  );
  const log = [
    `login with ${secret} failed`,
    JSON.stringify({ url: uri, own }),
    `env ${env}`,
    `sidecar=${sidecar}`,
    base64(own),
  ].join('\n');
  cluster.logs.set('milky-way-web-5d4f8b7c9d-abcde/web', log);
  cluster.logs.set('milky-way-web-5d4f8b7c9d-abcde/web/previous', log);
  cluster.logs.set(
    'vacation-operator-1/operator',
    `${JSON.stringify({ key: 'travel/milky-way', error: log })}\n${JSON.stringify({ key: 'other/secret-project', error: 'x' })}`,
  );
  return cluster;
}

const MARKS = {
  secret: 'S3cret-of-all',
  env: 'v4lue-of-env',
  annotation: 'n0te-of-others',
  sidecar: 's1decar-value',
  uri: 'mysql://u:p4ssw0rd-x@h:1/d',
  own: 'own-t0ken-here',
};

/** Texts that people choose as secrets; not so short that they are found in other words. */
const aMark = fc
  .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
  .filter((text) => /^\S{8,}$/.test(text) && /[A-Z].*\d|\d.*[A-Z]/i.test(text))
  .map((text) => `M4rk${text}`);

describe('kubectl vacation report', () => {
  it('holds nothing of any Secret, environment variable or foreign annotation, in whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        aMark,
        aMark,
        aMark,
        aMark,
        aMark,
        aMark,
        async (secret, env, annotation, sidecar, password, own) => {
          const uri = `mysql://vacation:${encodeURIComponent(password)}@milky-way-mysql:3306/vacation`;
          const cluster = aMarkedCluster({ secret, env, annotation, sidecar, uri, own });
          const { out, code } = await runVacation(cluster, ['report', 'milky-way', '--file', '-']);
          expect(code).to.equal(0);
          for (const mark of [
            secret,
            env,
            annotation,
            sidecar,
            password,
            encodeURIComponent(password),
            own,
            base64(own),
          ]) {
            expect(out.includes(mark), `${mark} in\n${out}`).to.equal(false);
          }
        },
      ),
      chosen(60),
    );
  });

  it('is not the only output without them: status and events show none either', async () => {
    const cluster = aMarkedCluster(MARKS, `${MARKS.env}, password=${MARKS.secret} at ${MARKS.uri}`);
    for (const line of [
      'status',
      'status -o json',
      'status milky-way -o yaml',
      'status milky-way -o wide',
      'events -o json',
      'events milky-way',
    ]) {
      const { out, code } = await runVacation(cluster, line.split(' '));
      expect(code, line).to.equal(0);
      for (const mark of Object.values(MARKS)) expect(out, line).not.to.contain(mark);
      expect(out, line).to.contain('cannot use [redacted], password=[redacted]');
    }
    const { error } = await runVacation(cluster, ['wait', 'milky-way', '--timeout', '0']);
    expect(error).to.contain('cannot use [redacted], password=[redacted]');
  });

  it('holds no value of several words either, where its lines are wrapped', async () => {
    const secret = 'correct horse battery staple';
    for (const width of Array.from({ length: 30 }, (_, index) => index)) {
      const cluster = aMarkedCluster({ ...MARKS, secret }, `${'x'.repeat(80 + width)} ${secret}`);
      const { out } = await runVacation(cluster, ['report', 'milky-way', '--file', '-']);
      expect(out).not.to.contain('battery');
      expect(out).not.to.contain('staple');
    }
  });

  it('says that it has no data of Secrets and ConfigMaps, and nothing that identifies a machine', async () => {
    const ids = { machineID: 'm4chine', systemUUID: 'syst3m', bootID: 'b00t' };
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-1', managedFields: [{ manager: 'kubelet' }] },
      status: { images: [{ names: ['im4ge'] }], nodeInfo: { ...ids, kubeletVersion: 'v1.36.1' } },
    };
    const { out } = await runVacation(aServingCluster().add(node), ['report', 'milky-way', '--file', '-']);
    for (const gone of [...Object.values(ids), 'im4ge', 'manager: kubelet']) expect(out).not.to.contain(gone);
    expect(out).to.contain('kubeletVersion: v1.36.1');
    const redacted = out.split('## Redacted')[1]?.split('## Status')[0] ?? '';
    expect(redacted).to.contain('- Secrets and ConfigMaps: their data.');
    expect(redacted).to.contain('- All objects: managedFields\n');
    expect(redacted).to.contain('- Nodes: machineID, systemUUID and bootID');
  });

  it("marks an object among the children that is not the app's", async () => {
    const foreign = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'milky-way-mysql', namespace: 'travel' } };
    const { out } = await runVacation(aServingCluster().add(foreign), ['report', 'milky-way', '--file', '-']);
    const children = out.split('## Children')[1]?.split('\n## ')[0] ?? '';
    expect(children.match(/^# .*$/gm)).to.deep.equal([
      "# not the app's: it belongs to somebody else (no owner, and not the labels of the app)",
    ]);
    expect(children).to.match(
      /^# not the app's: .*\napiVersion: v1\nkind: Service\nmetadata:\n {2}name: milky-way-mysql$/m,
    );
  });

  it('lists what was redacted, and keeps what a reader needs', async () => {
    const cluster = aMarkedCluster(MARKS);
    const { out } = await runVacation(cluster, ['report', 'milky-way', '--file', '-']);
    const redacted = out.split('## Redacted')[1]?.split('## Status')[0] ?? '';
    expect(redacted).to.contain('- VacationApp/milky-way: annotation example.com/note');
    expect(redacted).to.contain('value of environment variable SMTP_URL');
    expect(redacted).to.contain('field report_password');
    expect(redacted).to.contain('args of a container');
    expect(out).to.match(/args:\n +- "?'?\[redacted\]/);
    expect(out).not.to.match(/^ +- r$/m);
    expect(redacted).to.match(/values of Secret milky-way-credentials, \d+ times/);
    for (const kept of [
      'ContainerFailing',
      'web:1',
      'LOG_LEVEL=debug',
      'PROXY_SECRET\n',
      'v1.36.3',
      'operator:1',
      'tls: ',
      'token (14 bytes)',
      'host: book.example.com',
      'tlsSecretName: tls',
      'name: API_TOKEN',
      'milky-way-mysql-0',
    ]) {
      expect(out).to.contain(kept);
    }
  });

  it('leaves out what the operator logs about other apps', async () => {
    const cluster = aMarkedCluster(MARKS);
    const { out } = await runVacation(cluster, ['report', 'milky-way', '--file', '-']);
    expect(out).not.to.contain('secret-project');
    expect(out).to.contain('(1 lines about other apps were left out)');
  });

  it('says what it could not read, and is made all the same', async () => {
    const cluster = aServingCluster();
    for (const plural of ['secrets', 'nodes', 'resourcequotas']) cluster.forbidden.add(plural);
    const { out, code } = await runVacation(cluster, ['report', 'milky-way', '--file', '-']);
    expect(code).to.equal(0);
    const gaps = out.split('## Not looked at')[1]?.split('## ')[0] ?? '';
    expect(gaps).to.contain('nodes: nodes is forbidden');
    expect(gaps).to.contain('- secrets: secrets is forbidden');
  });

  it('writes a file that only its user can read, and says to read it', async () => {
    const { files, out, error } = await runVacation(aServingCluster(), ['report', 'milky-way']);
    const name = 'vacation-report-travel-milky-way-2032-01-01T120000Z.txt';
    expect([...files.keys()]).to.deep.equal([name]);
    expect(out).to.equal(`${name}\n`);
    expect(error).to.contain('Read it before you pass it on');
  });
});

describe('what looks like a credential', () => {
  const { text } = createScrubber([], new Set());
  const rows: readonly (readonly [string, string])[] = [
    ['connect mysql://vacation:hunter2@db:3306/x', 'connect mysql://[redacted]@db:3306/x'],
    ['authorization: Bearer abcdefgh1234', 'authorization: Bearer [redacted]'],
    ['{"password":"hunter2","user":"jane"}', '{"password":[redacted],"user":"jane"}'],
    ['MYSQL_ROOT_PASSWORD=hunter2 next', 'MYSQL_ROOT_PASSWORD=[redacted] next'],
    ['api_key: 12345678, rest', 'api_key: [redacted], rest'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef', 'token [redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', '[redacted]'],
    ['Secret milky-way-credentials lacks secret_key', 'Secret milky-way-credentials lacks secret_key'],
    ['0/1 nodes are available: 1 Insufficient memory', '0/1 nodes are available: 1 Insufficient memory'],
  ];
  for (const [given, expected] of rows) {
    it(`becomes ${expected.replaceAll('\n', ' ')}`, () => {
      expect(text(given)).to.equal(expected);
    });
  }
});

describe('a value that is known', () => {
  it('is replaced as it is, in JSON, in base64 and in a URL', () => {
    const { text } = createScrubber([{ origin: 'Secret s', value: 'a"b c/d-12345' }], new Set());
    expect(text('x a"b c/d-12345 y')).to.equal('x [redacted] y');
    expect(text(JSON.stringify({ v: 'a"b c/d-12345' }))).to.equal('{"v":"[redacted]"}');
    expect(text(base64('a"b c/d-12345'))).to.equal('[redacted]');
    expect(text(encodeURIComponent('a"b c/d-12345'))).to.equal('[redacted]');
  });

  it('stays where it is a name that everybody knows, or a part of another word', () => {
    const { text } = createScrubber([{ origin: 'Secret s', value: 'vacation' }], new Set());
    expect(text('vacation vacation-operator')).to.equal('[redacted] vacation-operator');
    expect(
      createScrubber([{ origin: 'Secret s', value: 'vacation' }], new Set(['vacation'])).text('vacation'),
    ).to.equal('vacation');
  });
});

describe('a redacted object', () => {
  it('keeps the names of Secrets and what the operator annotates', () => {
    const { object, redactions } = redact(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', annotations: { 'interstellar.dev/restart': 'x', other: 'y' }, managedFields: [] },
        ...{
          spec: {
            serviceAccountName: 'sa',
            automountServiceAccountToken: false,
            volumes: [{ secret: { secretName: 's' } }],
          },
        },
      },
      (text) => text,
    );
    expect(object).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', annotations: { 'interstellar.dev/restart': 'x', other: '[redacted]' } },
      spec: {
        serviceAccountName: 'sa',
        automountServiceAccountToken: false,
        volumes: [{ secret: { secretName: 's' } }],
      },
    });
    expect(redactions).to.deep.equal([{ object: 'Pod/p', what: 'annotation other' }]);
  });
});
