import { run } from '../cluster/run.ts';
import { goTool, helm } from '../test/go-tool.ts';
import type { ReleaseOptions } from './options.ts';

/** Pushes the archive of a chart as an OCI artefact, and resolves to its reference with a digest. */
export async function pushChart(
  archive: string,
  { registry, plainHttp }: Pick<ReleaseOptions, 'registry' | 'plainHttp'>,
): Promise<string> {
  const lines: string[] = [];
  const options = plainHttp ? ['--plain-http'] : [];
  await run(await goTool(helm), ['push', archive, `oci://${registry}/charts`, ...options], {
    onLine: (line) => lines.push(line),
  });
  return pushedReference(lines);
}

/** What `helm push` says, `Pushed: NAME:TAG` and `Digest: sha256:…`, as `NAME@sha256:…`. */
export function pushedReference(lines: readonly string[]): string {
  const text = lines.join('\n');
  const [, name] = /^Pushed: (\S+):[^:/\s]+$/m.exec(text) ?? [];
  const [, digest] = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(text) ?? [];
  if (name === undefined || digest === undefined) throw new Error(`helm push did not say what it pushed:\n${text}`);
  return `${name}@${digest}`;
}
