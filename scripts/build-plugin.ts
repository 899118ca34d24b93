// Bundles the kubectl plugin into one file that Node runs by itself: dist/bin/kubectl-vacation, and beside it what completes it.
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { COMPLETER, COMPLETER_SCRIPT } from '../operator/kubectl-plugin/verbs/completion.ts';
import { root } from './cluster/paths.ts';

export const PLUGIN_FOLDER = join(root, 'dist', 'bin');
/** What the newest HTTP client for Node 20 needs. */
const OLDEST_NODE = '20.18.1';

/** Says which Node is needed before anything is loaded that an older one does not know. */
const FIRST_LINES = `#!/usr/bin/env node
{
  const [major, minor, patch] = process.versions.node.split('.').map(Number);
  const [needsMajor, needsMinor, needsPatch] = [${OLDEST_NODE.replaceAll('.', ', ')}];
  if (major < needsMajor || (major === needsMajor && (minor < needsMinor || (minor === needsMinor && patch < needsPatch)))) {
    console.error('error: kubectl vacation needs Node.js ${OLDEST_NODE} or newer; this is ' + process.version);
    process.exit(1);
  }
}`;

export async function buildPlugin(folder = PLUGIN_FOLDER): Promise<void> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const program = join(folder, 'kubectl-vacation');
  await build({
    entryPoints: [join(root, 'operator', 'kubectl-plugin', 'main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: `node${OLDEST_NODE}`,
    // A file without extension is CommonJS, wherever it is copied to.
    format: 'cjs',
    // The client's own version of undici needs Node 22.
    alias: { undici: 'undici-for-node20' },
    define: { PLUGIN_VERSION: JSON.stringify(version) },
    banner: { js: FIRST_LINES },
    minify: true,
    legalComments: 'eof',
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'silent' },
  });
  const completer = join(folder, COMPLETER);
  await writeFile(completer, COMPLETER_SCRIPT);
  await chmod(program, 0o755);
  await chmod(completer, 0o755);
  // Not ES modules, unlike everything else here.
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
}
