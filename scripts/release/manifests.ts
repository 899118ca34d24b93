import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubernetesBinaries } from '../cluster/build.ts';
import { root } from '../cluster/paths.ts';
import { run, which } from '../cluster/run.ts';
import { kustomization } from '../demo/install.ts';
import { digestReference, type PublishedImage } from './image-names.ts';

/** config/default as one file, with both images by digest. */
export async function installManifest(images: readonly PublishedImage[]): Promise<string> {
  const reference = (app: PublishedImage['app']) => {
    const image = images.find((each) => each.app === app);
    if (image === undefined) throw new Error(`the image of the ${app} was not published`);
    return digestReference(image);
  };
  const names = { operator: reference('operator'), webapp: reference('webapp'), mysql: undefined };
  // beside .demo/install: the base is named relative to it
  const folder = await mkdtemp(join(root, 'dist', 'install-'));
  try {
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization(names)));
    return await run(await kubectl(), ['kustomize', folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function kubectl(): Promise<string> {
  return which('kubectl') ?? join(await kubernetesBinaries(), 'kubectl');
}
