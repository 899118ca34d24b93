import type { App } from '../cluster/images.ts';
import type { ReleaseOptions } from './options.ts';

export const apps: readonly App[] = ['webapp', 'operator'];

/** An image in the registry, with the digest of its index. */
export interface PublishedImage {
  readonly app: App;
  /** Without a tag. */
  readonly name: string;
  readonly tag: string;
  /** Begins with `sha256:`. */
  readonly digest: string;
}

type Where = Pick<ReleaseOptions, 'registry' | 'tag'>;

export function imageName({ registry }: Pick<Where, 'registry'>, app: App): string {
  return `${registry}/vacation-${app}`;
}

export function imageReference(where: Where, app: App): string {
  return `${imageName(where, app)}:${where.tag}`;
}

/** The image of one architecture, which the index names. */
export function platformReference(where: Where, app: App, architecture: string): string {
  return `${imageReference(where, app)}-${architecture}`;
}

export function digestReference({ name, digest }: PublishedImage): string {
  return `${name}@${digest}`;
}
