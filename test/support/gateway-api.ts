import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { run } from '../../scripts/cluster/run.ts';

const MODULE = 'sigs.k8s.io/gateway-api@v1.4.0';

/** The CustomResourceDefinition of HTTPRoutes as the Gateway API publishes it, in a pinned version of its Go module. */
export async function httpRouteCrd(): Promise<object> {
  const told = await run('go', ['mod', 'download', '-json', MODULE], { timeoutMs: 120_000 });
  const { Dir } = JSON.parse(told) as { Dir: string };
  const path = join(Dir, 'config', 'crd', 'standard', 'gateway.networking.k8s.io_httproutes.yaml');
  return parse(await readFile(path, 'utf8')) as object;
}
