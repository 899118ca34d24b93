import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { V1EnvVar, V1Job } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../operator/api/defaults.ts';
import { externalReady } from '../../../operator/vacation-app/database/external/external-ready.ts';
import { desiredObjects } from '../../../operator/vacation-app/children/children.ts';
import { createConnection } from 'mysql2/promise';
import { createAuthority, issue } from '../../../scripts/cluster/certificates.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { startMysql, type Mysql } from '../../support/mysql.ts';
import { aCompleteApp, aServingWorld, someFacts } from '../../support/vacation-app.ts';

const NAME = 'localhost';

/** The command of the check that the operator makes, run as its container would, with the app's Secrets and that certificate mounted. */
describe('an external database under VerifyIdentity', () => {
  let folder: string;
  let server: Mysql;
  let login: Readonly<Record<string, string>>;
  const authorities = { own: createAuthority('own'), foreign: createAuthority('foreign') };

  before(async function () {
    this.timeout(300_000);
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    await chmod(folder, 0o755);
    await certify(NAME);
    for (const [name, { certificate: ca }] of Object.entries(authorities)) await writeFile(join(folder, name), ca);
    server = await startMysql({
      folder,
      configuration: {
        'ssl-ca': join(folder, 'own'),
        'ssl-cert': join(folder, 'server.pem'),
        'ssl-key': join(folder, 'server.key'),
      },
    });
    const { username, password } = new URL(server.uri);
    login = { username, password };
  });

  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function certify(host: string): Promise<void> {
    const { key, certificate } = issue(authorities.own, { commonName: 'mysql', hosts: [host] });
    await writeFile(join(folder, 'server.pem'), certificate);
    await writeFile(join(folder, 'server.key'), key);
  }

  const anApp = (): CompleteApp => {
    const tls = { mode: 'VerifyIdentity', caSecretName: 'authority' } as const;
    const external = { host: NAME, port: server.port, name: 'test', credentialsSecretName: 'login', tls };
    return aCompleteApp({ spec: { database: { external } } });
  };

  /** What the status says of the database after a check of it. */
  async function said(authority: keyof typeof authorities): Promise<string> {
    const app = anApp();
    const { external } = app.spec.database;
    if (!external) throw new Error('no external database');
    const jobs = desiredObjects(app, someFacts()).map(({ object }) => object as V1Job);
    const container = jobs.find(({ metadata }) => metadata?.name?.includes('check'))?.spec?.template.spec
      ?.containers[0];
    const [, script = ''] = container?.command ?? [];
    const mounted = `${container?.volumeMounts?.find(({ name }) => name === 'database-ca')?.mountPath}/ca.crt`;
    const result = join(folder, 'result');
    const valueOf = ({ name, value = '', valueFrom }: V1EnvVar): [string, string] => {
      const held = login[valueFrom?.secretKeyRef?.key ?? ''] ?? value;
      if (name === 'RESULT_FILE') return [name, result];
      return [name, held === mounted ? join(folder, authority) : held];
    };
    const env = Object.fromEntries((container?.env ?? []).map(valueOf));
    const run = promisify(execFile)(process.execPath, [join(root, 'dist', script)], { env, timeout: 30_000 });
    const isFit = await run.then(
      () => true,
      () => false,
    );
    const told = JSON.parse(await readFile(result, 'utf8')) as Record<string, unknown>;
    const check = { job: 'check', content: 'c', isFit, at: 0, report: told };
    const { status, reason, message } = externalReady(app, aServingWorld(), check);
    return `${status} ${reason}: ${message}`;
  }

  it('can be used under the name that its certificate is for', async () => {
    expect(await said('own')).to.match(/^True Available: localhost:\d+ can be used/);
  });

  it('is refused where somebody else has signed its certificate', async () => {
    expect(await said('foreign'))
      .to.match(/^False TlsFailed/)
      .and.contain('spec.database.external.tls.caSecretName');
  });
  it('is refused when its certificate is for another name, with what to look at', async () => {
    await certify('db.example.com');
    const admin = await createConnection({ uri: server.uri });
    await admin.query('ALTER INSTANCE RELOAD TLS');
    await admin.end();
    expect(await said('own'))
      .to.match(/^False TlsFailed: TLS with localhost:\d+ fails/)
      .and.contain('under VerifyIdentity, for localhost');
  });
});
