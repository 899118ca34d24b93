import { digestReference, type PublishedImage } from './image-names.ts';

/** The notes of a release: the changelog's part of its version, and what was published. Throws where there is no such part. */
export function releaseNotes(changelog: string, version: string, images: readonly PublishedImage[]): string {
  const references = images.map((image) => `- \`${digestReference(image)}\``);
  return `${changesOf(changelog, version)}\n\n## Images\n\n${references.join('\n')}\n\n${VERIFYING}\n`;
}

const VERIFYING = 'docs/releases.md says how to verify signatures, SBOMs and provenance.';

/** Without its heading. The format is that of https://keepachangelog.com. */
export function changesOf(changelog: string, version: string): string {
  const parts = changelog.split(/^## /m);
  const part = parts.find((each) => each.startsWith(`[${version}]`));
  if (part === undefined) throw new Error(`CHANGELOG.md has no part "## [${version}]"`);
  const [, ...lines] = part.split('\n');
  return lines.join('\n').trim();
}
