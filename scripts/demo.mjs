// Everything from nothing to a booking page in a browser. Plain JavaScript without dependencies, for any Node >= 20.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { ensureInstalled, node24, root } from './node24-path.mjs';

const USAGE = `usage: npm run demo [-- OPTIONS]        start the demo, or bring a running one up to date
       npm run demo:down                remove everything that it made

Starts a Kubernetes cluster, builds the images of the operator and of the web application, installs the operator, applies
config/samples/, waits until the booking application is ready and prints its address.

Options:
  --context NAME   use this cluster of your kubeconfig. Without it: kind, where Docker or Podman answers and kind is
                   installed; else a built-in single-node Kubernetes, which needs root on Linux and is built once
  --load           then raise the load until the autoscaler has added web pods, and say what happened; on this machine only
  --help           show this text

Environment:
  OPERATOR_IMAGE, WEBAPP_IMAGE, MYSQL_IMAGE   use these images instead of building them
  XDG_CACHE_HOME                              where what is built once is kept (default ~/.cache)`;

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(USAGE);
} else {
  ensureInstalled();
  const child = spawn(node24(), [join(root, 'scripts', 'demo', 'main.ts'), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}
