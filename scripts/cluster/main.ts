// The built-in Kubernetes by hand:
//   node scripts/node24.mjs scripts/cluster/main.ts up|down|status|kubeconfig|load|exec [--name NAME] [--audit] [ARGUMENT...]
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { down, insideArguments, load, names, status, up } from './built-in.ts';
import { UnavailableError } from './unavailable.ts';

const USAGE = `usage: scripts/cluster/main.ts COMMAND [--name NAME]
  up [--audit]         boot; prints the kubeconfig's path (--audit: keep a log of writes to the API)
  down                 stop, and remove everything that the cluster kept
  status               whether it runs, and where
  kubeconfig           print the kubeconfig's path
  load ARCHIVE...      import image archives (docker or OCI)
  exec -- COMMAND...   run a command inside the node's namespaces
The name is dev unless given.`;

type Command = (name: string, args: readonly string[], audit: boolean) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  up: async (name, _, audit) => {
    const cluster = await up(name, { audit });
    console.log(cluster.kubeconfig);
    if (cluster.auditLog !== undefined) console.error(`audit log: ${cluster.auditLog}`);
    return 0;
  },
  down: async (name) => {
    await down(name);
    return 0;
  },
  status: async (name) => {
    const cluster = await status(name);
    console.log(cluster === undefined ? `${name} is not running` : JSON.stringify(cluster, null, 2));
    const others = names().filter((other) => other !== name);
    if (others.length > 0) console.log(`others: ${others.join(', ')}`);
    return cluster === undefined ? 1 : 0;
  },
  kubeconfig: async (name) => {
    const cluster = await status(name);
    if (cluster === undefined) throw new UnavailableError(`The built-in cluster ${name} is not running.`);
    console.log(cluster.kubeconfig);
    return 0;
  },
  load: async (name, archives) => {
    for (const archive of archives) await load(name, resolve(archive));
    return 0;
  },
  exec: (name, command) => {
    const { status: code } = spawnSync('nsenter', [...insideArguments(name), ...command], { stdio: 'inherit' });
    return Promise.resolve(code ?? 1);
  },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string', default: 'dev' }, audit: { type: 'boolean', default: false } },
});
const [verb = '', ...rest] = positionals;
const command = commands[verb];
try {
  if (command === undefined) console.error(USAGE);
  process.exitCode = command === undefined ? 2 : await command(values.name, rest, values.audit);
} catch (error) {
  console.error(error instanceof UnavailableError ? error.message : error);
  process.exitCode = 1;
}
