import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../test/cluster/paths.ts';
import { step } from '../../test/cluster/progress.ts';
import { run, which } from '../../test/cluster/run.ts';
import { UnavailableError } from '../../test/cluster/unavailable.ts';

const VERSION = 'v1.7.12';

/** The path of actionlint in a pinned version, built once from its Go module into the user's cache folder. */
export async function actionlint(): Promise<string> {
  const folder = join(cacheFolder(), `actionlint-${VERSION}`);
  const path = join(folder, 'actionlint');
  if (existsSync(path)) return path;
  const go = which('go');
  if (go === undefined) throw new UnavailableError('Checking the workflow needs Go, to build actionlint: install Go.');
  await step(`Building actionlint ${VERSION}`, (report) =>
    run(go, ['install', `github.com/rhysd/actionlint/cmd/actionlint@${VERSION}`], {
      env: { GOBIN: folder },
      onLine: report,
      timeoutMs: 5 * 60_000,
    }),
  );
  return path;
}
