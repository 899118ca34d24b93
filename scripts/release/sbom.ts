import { NPM_VERSION } from '../cluster/images.ts';
import { root } from '../cluster/paths.ts';
import { run } from '../cluster/run.ts';
import type { PublishedImage } from './image-names.ts';

/** A bill of materials in CycloneDX's JSON, as far as this changes it. */
export interface Sbom {
  readonly metadata: { readonly component: Readonly<Record<string, unknown>> };
  readonly components: readonly { readonly name: string }[];
}

/** What the lock file says that the image of an app holds of npm's packages; the base image brings its own SBOM. */
export async function sbomOf(image: PublishedImage): Promise<string> {
  const format = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
  // as the Dockerfiles install: the web app's optional packages are its native ones
  const omitted = image.app === 'operator' ? ['--omit', 'dev', '--omit', 'optional'] : ['--omit', 'dev'];
  // Debian's npm knows no `sbom`
  const npm = ['exec', '--yes', `--package=npm@${NPM_VERSION}`, '--', 'npm'];
  const sbom = await run('npm', [...npm, 'sbom', ...format, ...omitted, '--workspace', image.app], { cwd: root });
  return `${JSON.stringify(named(JSON.parse(sbom) as Sbom, image), null, 2)}\n`;
}

/** npm names an SBOM after the folder of the checkout. */
export function named(sbom: Sbom, { name, tag, digest }: PublishedImage): Sbom {
  const component = { ...sbom.metadata.component, name, version: tag, purl: purlOf(name, digest) };
  return { ...sbom, metadata: { ...sbom.metadata, component } };
}

/** https://github.com/package-url/purl-spec: the type `oci` */
function purlOf(name: string, digest: string): string {
  const repository = encodeURIComponent(name);
  return `pkg:oci/${name.replace(/^.*\//, '')}@${encodeURIComponent(digest)}?repository_url=${repository}`;
}
