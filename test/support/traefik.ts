import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../scripts/cluster/ports.ts';
import { boundToThis, until } from '../../scripts/cluster/run.ts';
import { pythonTool } from '../../scripts/cluster/python-tool.ts';
import { traefik } from '../../scripts/test/python-tools.ts';

export interface Proxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** Traefik as an authenticating proxy: it takes user and password, and sends on the user with these headers. */
export async function startAuthenticatingProxy(options: {
  readonly target: string;
  readonly users: Readonly<Record<string, string>>;
  /** The header that names the user. */
  readonly userHeader: string;
  readonly headers: Readonly<Record<string, string>>;
}): Promise<Proxy> {
  const program = await pythonTool(traefik);
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'traefik-'));
  const users = Object.entries(options.users).map(([user, password]) => `${user}:{SHA}${sha1(password)}`);
  const http = {
    routers: { all: { rule: 'PathPrefix(`/`)', service: 'target', middlewares: ['login', 'identity'] } },
    middlewares: {
      login: { basicAuth: { users, headerField: options.userHeader, removeHeader: true } },
      identity: { headers: { customRequestHeaders: options.headers } },
    },
    services: { target: { loadBalancer: { servers: [{ url: options.target }] } } },
  };
  // JSON is valid YAML.
  await writeFile(join(folder, 'routes.yaml'), JSON.stringify({ http }));
  const args = [
    `--entryPoints.web.address=127.0.0.1:${port}`,
    `--providers.file.filename=${join(folder, 'routes.yaml')}`,
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
  ];
  const child = spawn(...boundToThis(program, args), { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      ({ status }) => status === 401,
      () => false,
    );
  await until('Traefik asks who somebody is', 60_000, isReady);
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('base64');
