import { globSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../cluster/paths.ts';
import { actionlint, goTool, helm, kubeScore } from './go-tool.ts';
import { attempt, failed, type Outcome } from './outcome.ts';
import { pythonTool } from '../cluster/python-tool.ts';
import { hadolint, zizmor } from './python-tools.ts';
import { runCommand } from './run-command.ts';

const TIMEOUT_MS = 5 * 60_000;
const ZIZMOR = ['--offline', '--quiet', '--persona', 'pedantic'];

/** kube-score on the kustomization's own files, and on what the chart renders. docs/install.md says what an annotation leaves out. */
const SCORE = '"$0" score --kubernetes-version v1.33 --exit-one-on-warning --output-format ci';
const SCORES = quietly(`${SCORE} crds/*.yaml config/rbac/*.yaml config/manager/*.yaml`);
const CHART_SCORES = quietly(`"$1" template vacation-operator config/chart -n vacation-system | ${SCORE} -`);

/** Everything else runs what this compiles, so it stands before every part. */
export function build(): Promise<Outcome> {
  return check('types', process.execPath, [join(root, 'scripts', 'build.ts')]);
}

/** Lint, format, workflows, Dockerfiles, the chart and the manifests, side by side: one test each. */
export function staticChecks(): Promise<Outcome[]> {
  const workflows = globSync('.github/workflows/*.yml', { cwd: root });
  const dockerfiles = globSync('Dockerfile.*', { cwd: root });
  return Promise.all([
    check('lint', process.execPath, [tool('eslint/bin/eslint.js'), '--max-warnings', '0', '.']),
    check('format', process.execPath, [tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']),
    attempt('workflows', async () => check('workflows', await goTool(actionlint), workflows)),
    attempt('security of workflows', async () =>
      check('security of workflows', await pythonTool(zizmor), [...ZIZMOR, ...workflows]),
    ),
    attempt('Dockerfiles', async () => check('Dockerfiles', await pythonTool(hadolint), dockerfiles)),
    attempt('chart', async () => check('chart', await goTool(helm), ['lint', '--strict', join('config', 'chart')])),
    attempt('manifests', async () => check('manifests', 'sh', ['-c', SCORES, await goTool(kubeScore)])),
    attempt('manifests of the chart', async () =>
      check('manifests of the chart', 'sh', ['-c', CHART_SCORES, await goTool(kubeScore), await goTool(helm)]),
    ),
  ]);
}

async function check(name: string, file: string, args: readonly string[]): Promise<Outcome> {
  const start = performance.now();
  const { failure, output } = await runCommand(file, args, { cwd: root, timeoutMs: TIMEOUT_MS, quiet: true });
  const seconds = (performance.now() - start) / 1000;
  console.log(`  ${failure === undefined ? '✔' : '✘'} ${name} (${seconds.toFixed(1)} s)`);
  if (output.trim() !== '') console.log(output.trimEnd());
  return failure === undefined
    ? { suite: name, passed: 1, failures: [], skips: [], seconds }
    : failed(name, failure, seconds);
}

/** A line of shell that shows what the command says only where it fails. */
function quietly(command: string): string {
  return `said=$(${command} 2>&1) || { echo "$said"; exit 1; }`;
}

function tool(path: string): string {
  return join(root, 'node_modules', path);
}
