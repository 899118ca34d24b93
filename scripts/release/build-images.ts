import { join } from 'node:path';
import { chooseBuilder } from '../cluster/builder.ts';
import { baseArguments } from '../cluster/images.ts';
import { root } from '../cluster/paths.ts';
import { step } from '../cluster/progress.ts';
import { run } from '../cluster/run.ts';
import { apps, imageReference, platformReference } from './image-names.ts';
import type { ReleaseOptions } from './options.ts';

/** Builds both images for this machine's architecture, pushes them, and says how large they are. */
export async function buildImages(options: ReleaseOptions, version: string, architecture: string): Promise<void> {
  const builder = await chooseBuilder();
  const args = { ...(await baseArguments(builder)), WEBAPP_IMAGE: imageReference(options, 'webapp') };
  const labels = imageLabels(options, version, (await run('git', ['rev-parse', 'HEAD'], { cwd: root })).trim());
  for (const app of apps) {
    const tag = platformReference(options, app, architecture);
    await step(`Building and pushing ${tag} with ${builder.name}`, async (report) => {
      const dockerfile = join(root, `Dockerfile.${app}`);
      await builder.build({ tag, dockerfile, context: root, args, labels, onLine: report });
      report('pushing');
      await builder.push(tag, options);
    });
    console.log(`${tag}: ${await builder.size(tag)} unpacked`);
  }
}

/** The standard labels: https://specs.opencontainers.org/image-spec/annotations/ */
export function imageLabels(
  { source }: Pick<ReleaseOptions, 'source'>,
  version: string,
  revision: string,
): Record<string, string> {
  return {
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.revision': revision,
    'org.opencontainers.image.version': version,
    ...(source === undefined ? {} : { 'org.opencontainers.image.source': source }),
  };
}
