import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { newEnoughGo } from '../../scripts/cluster/go.ts';
import { run } from '../../scripts/cluster/run.ts';

const MODULE = 'sigs.k8s.io/gateway-api@v1.6.3';

/** The CustomResourceDefinition of HTTPRoutes as the Gateway API publishes it, in a pinned version of its Go module. */
export async function httpRouteCrd(): Promise<object> {
  return read(join(await crdFolder(), 'gateway.networking.k8s.io_httproutes.yaml'));
}

/** All CustomResourceDefinitions of its standard channel, without the policy that comes with them. */
export async function gatewayApiCrds(): Promise<object[]> {
  const folder = await crdFolder();
  const files = (await readdir(folder)).filter((file) => !file.includes('_vap_'));
  return Promise.all(files.map((file) => read(join(folder, file))));
}

async function crdFolder(): Promise<string> {
  const go = await newEnoughGo('the Gateway API');
  const told = await run(go.program, ['mod', 'download', '-json', MODULE], { timeoutMs: 120_000 });
  const { Dir } = JSON.parse(told) as { Dir: string };
  return join(Dir, 'config', 'crd', 'standard');
}

async function read(path: string): Promise<object> {
  return parse(await readFile(path, 'utf8')) as object;
}
