import { chooseBuilder } from '../cluster/builder.ts';
import { step } from '../cluster/progress.ts';
import { apps, imageName, imageReference, platformReference, type PublishedImage } from './image-names.ts';
import type { ReleaseOptions } from './options.ts';

/** Pushes an index for each app that names the image of each architecture. */
export async function joinImages(options: ReleaseOptions): Promise<PublishedImage[]> {
  const builder = await chooseBuilder();
  const images: PublishedImage[] = [];
  for (const app of apps) {
    const reference = imageReference(options, app);
    const platforms = options.architectures.map((architecture) => platformReference(options, app, architecture));
    const digest = await step(`Pushing the index ${reference}`, () => builder.join(reference, platforms, options));
    images.push({ app, name: imageName(options, app), tag: options.tag, digest });
  }
  return images;
}
