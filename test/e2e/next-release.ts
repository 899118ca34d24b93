import { appImage } from '../../scripts/cluster/images.ts';
import { world } from './world.ts';

const REPOSITORY = 'vacation-webapp';
const TAG = 'next';

/**
 * The web application's image under another name, as a release that the nodes can have. A kubelet that has pulled an image must be able to pull
 * it by every other name, so where nodes pull, the name is one of the registry.
 */
export async function nextRelease(): Promise<string> {
  const { cluster, registry, pushed } = world();
  if (cluster.hostAddress === undefined) {
    const image = await appImage('webapp');
    await cluster.load(image);
    return image.tag;
  }
  const tags = pushed.filter((image) => image.startsWith(`${REPOSITORY}:`)).map((image) => image.split(':')[1] ?? '');
  await registry.tag(REPOSITORY, tags[0] ?? '', TAG);
  return `${registry.address}/${REPOSITORY}:${TAG}`;
}
