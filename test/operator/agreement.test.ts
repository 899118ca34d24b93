import type { V1Container, V1Deployment, V1Job, V1Secret } from '@kubernetes/client-node';
import { expect } from 'chai';
import type { VacationAppSpec } from '../../operator/api/vacation-app.ts';
import { credentialsOf, randomText } from '../../operator/vacation-app/credentials/credentials.ts';
import { desiredObjects } from '../../operator/vacation-app/children/children.ts';
import { readCheckConfig, readConfig, readMigrationConfig } from '../../webapp/config.ts';
import { aCompleteApp, someFacts } from '../support/vacation-app.ts';

/** What a container finds in its environment, with the references resolved as the kubelet does. */
function environmentOf(kind: 'Deployment' | 'Job', spec: Partial<VacationAppSpec> = {}, name = '') {
  const app = aCompleteApp({ spec });
  const objects = desiredObjects(app, someFacts()).map(({ object }) => object);
  const secret: V1Secret['data'] = credentialsOf(app, undefined, false, randomText);
  const workload = objects.find((object) => object.kind === kind && object.metadata.name.includes(name)) as
    (V1Deployment | V1Job) | undefined;
  const container = workload?.spec?.template.spec?.containers[0];
  if (!container) throw new Error(`no ${kind}`);
  const map = container.envFrom?.[0]?.configMapRef?.name;
  const configuration = objects.find((object) => object.kind === 'ConfigMap' && object.metadata.name === map);
  const given = (container.env ?? []).map(({ name, value, valueFrom }) => {
    const key = valueFrom?.secretKeyRef?.key;
    const held = key === undefined ? undefined : secret[key];
    return [name, held === undefined ? value : Buffer.from(held, 'base64').toString()];
  });
  const data = (configuration as { data?: Record<string, string> } | undefined)?.data;
  return { container, secret, env: { ...data, ...Object.fromEntries(given) } as Record<string, string | undefined> };
}

const portOf = ({ ports }: V1Container, name: string): number | undefined =>
  ports?.find((port) => port.name === name)?.containerPort;

const external = {
  host: 'db.example.com',
  port: 3307,
  name: 'travel',
  credentialsSecretName: 'login',
  tls: { mode: 'VerifyIdentity', caSecretName: 'authority' },
} as const;

describe('what the operator and the web app agree on', () => {
  it('is where an external database is, and how the way to it is protected', () => {
    const { env } = environmentOf('Deployment', { database: { external } });
    const { connection } = readConfig({ ...env, DB_USER: 'ada', DB_PASSWORD: 'p' }).database;
    expect(connection).to.deep.equal({
      host: 'db.example.com',
      port: 3307,
      user: 'ada',
      password: 'p',
      database: 'travel',
      tls: { verifyIdentity: true, caFile: '/etc/vacation/database-ca/ca.crt' },
    });
    for (const [mode, tls] of [
      ['Disabled', undefined],
      ['Required', { verifyIdentity: false, caFile: undefined }],
    ] as const) {
      const plain = environmentOf('Deployment', { database: { external: { ...external, tls: { mode } } } }).env;
      expect(readConfig({ ...plain, DB_USER: 'a', DB_PASSWORD: 'b' }).database.connection.tls).to.deep.equal(tls);
    }
  });

  it('is who looks at an external database and who migrates it', () => {
    const spec = { database: { external } };
    const check = environmentOf('Job', spec, 'check');
    expect(check.container.command).to.deep.equal(['node', 'webapp/check-database.js']);
    const checking = readCheckConfig({ ...check.env, DB_USER: 'ada', DB_PASSWORD: 'p' });
    expect(checking.connection).to.include({ host: 'db.example.com', user: 'ada' });
    expect(checking.resultFile).to.equal('/dev/termination-log');
    const migration = environmentOf('Job', spec, 'migrate').env;
    const login = { DB_USER: 'ada', DB_PASSWORD: 'p', DB_MIGRATION_USER: 'eve', DB_MIGRATION_PASSWORD: 'q' };
    expect(readMigrationConfig({ ...migration, ...login }).connection).to.include({ user: 'eve', password: 'q' });
  });

  it('is an environment that the web app accepts, and reads as it was meant', () => {
    const { env, container } = environmentOf('Deployment');
    const config = readConfig(env);
    expect(config.database.connection).to.include({
      host: 'milky-way-mysql',
      port: 3306,
      user: 'vacation',
      database: 'vacation',
    });
    expect([config.port, config.probePort]).to.deep.equal([portOf(container, 'http'), portOf(container, 'probes')]);
    expect(config.secretKeys).to.deep.equal([env.secret_key]);
    expect(config.demoTraveller).to.equal(false);
  });

  it('is that settings of the spec reach the web app', () => {
    const { env } = environmentOf('Deployment', {
      env: [{ name: 'DEMO_TRAVELLER', value: 'true' }],
      booking: {
        capacityPerDeparture: 9,
        destinations: [
          { id: 'trappist-1', name: 'TRAPPIST-1 System', capacity: 8 },
          { id: 'a'.repeat(40), name: 'n'.repeat(60) },
        ],
      },
    });
    const { demoTraveller, destinations } = readConfig(env);
    expect(demoTraveller).to.equal(true);
    expect(destinations).to.deep.equal([
      { id: 'trappist-1', name: 'TRAPPIST-1 System', capacity: 8 },
      { id: 'a'.repeat(40), name: 'n'.repeat(60), capacity: 9 },
    ]);
  });

  it('is that one proxy is believed behind an Ingress or a Gateway, and none without, unless the spec says otherwise', () => {
    const ingress = { host: 'book.example.com' };
    const trusted = (spec: Partial<VacationAppSpec>) => readConfig(environmentOf('Deployment', spec).env).trustProxy;
    expect(trusted({})).to.equal(false);
    expect(trusted({ ingress })).to.equal(1);
    expect(trusted({ gateway: { parentRefs: [{ name: 'public' }] } })).to.equal(1);
    expect(trusted({ ingress, env: [{ name: 'TRUST_PROXY', value: '2' }] })).to.equal(2);
  });

  it('is that pods stop only after the web app has drained', () => {
    const { env } = environmentOf('Deployment');
    const app = desiredObjects(aCompleteApp(), someFacts()).find(({ object }) => object.kind === 'Deployment');
    const pod = (app?.object as unknown as V1Deployment).spec?.template.spec;
    const sleep = pod?.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(pod?.terminationGracePeriodSeconds).to.be.above(sleep + readConfig(env).server.drainSeconds);
  });

  it('is where the web app is asked how it is', () => {
    const { container } = environmentOf('Deployment');
    const asked = [container.startupProbe, container.readinessProbe, container.livenessProbe];
    expect(asked.map((probe) => [probe?.httpGet?.path, probe?.httpGet?.port])).to.deep.equal([
      ['/readyz', 'probes'],
      ['/readyz', 'probes'],
      ['/livez', 'probes'],
    ]);
  });

  it('is a migration as a user of its own that reports where Kubernetes reads it', () => {
    const { env, container } = environmentOf('Job');
    const { connection, resultFile } = readMigrationConfig(env);
    expect(connection).to.include({ host: 'milky-way-mysql', user: 'vacation_migration', database: 'vacation' });
    expect(resultFile).to.equal(container.terminationMessagePath ?? '/dev/termination-log');
    expect(container.command).to.deep.equal(['node', 'webapp/migrate.js']);
  });
});
