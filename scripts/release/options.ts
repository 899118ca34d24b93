import { parseArgs } from 'node:util';

export type Step = 'build' | 'publish';

/** Signs with a key of the user's, or without one by the identity of a workflow. */
export type Signer = { readonly key: string } | { readonly identity: string };

export interface ReleaseOptions {
  readonly steps: readonly Step[];
  /** Host and namespace, in lower case. */
  readonly registry: string;
  /** What the images are tagged with: the version, or `main`. */
  readonly tag: string;
  /** In Docker's words: amd64, arm64. */
  readonly architectures: readonly string[];
  /** undefined only where nothing is published. */
  readonly signer: Signer | undefined;
  /** The web address of the sources. */
  readonly source: string | undefined;
  /** The registry speaks HTTP, not HTTPS. */
  readonly plainHttp: boolean;
}

export const USAGE = `npm run release -- [build] [publish] --registry HOST/NAMESPACE [options]

build     builds both images for this machine's architecture, and pushes them
publish   joins the pushed images of all architectures, signs them, and writes dist/release/
Neither named: both.

--registry HOST/NAMESPACE   where the images go: NAMESPACE/vacation-operator, NAMESPACE/vacation-webapp, NAMESPACE/charts
--ref REF                   refs/heads/main tags the images "main"; refs/tags/vVERSION, and no REF, tag them VERSION
--architectures LIST        of the images to join, with commas between; default: this machine's
--key FILE                  signs with this key of cosign and verifies with FILE's .pub; its password is in COSIGN_PASSWORD
--identity URL              signs without a key as this workflow, and verifies that it was this workflow
--source URL                the web address of the sources, for the label of the images
--plain-http                the registry speaks HTTP`;

/** Throws an error that says what is wrong with the arguments. */
export function readOptions(args: readonly string[], version: string, architecture: string): ReleaseOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      registry: { type: 'string' },
      ref: { type: 'string' },
      architectures: { type: 'string' },
      key: { type: 'string' },
      identity: { type: 'string' },
      source: { type: 'string' },
      'plain-http': { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !isStep(name));
  if (unknown.length > 0) throw new Error(`unknown step ${unknown.join(', ')}: the steps are build and publish`);
  const steps: Step[] = positionals.length === 0 ? ['build', 'publish'] : positionals.filter(isStep);
  const registry = values.registry?.toLowerCase();
  if (registry === undefined || !/^[^/\s]+(\/[a-z0-9._-]+)+$/.test(registry)) {
    throw new Error('--registry HOST/NAMESPACE is missing, or has no namespace');
  }
  const signer = signerOf(values);
  if (steps.includes('publish') && signer === undefined) throw new Error('publish needs --key or --identity');
  return {
    steps,
    registry,
    tag: tagOf(values.ref, version),
    architectures: values.architectures?.split(',') ?? [architecture],
    signer,
    source: values.source,
    plainHttp: values['plain-http'],
  };
}

/** Throws where a tag of Git is not the version of package.json, so that no release is called what it is not. */
function tagOf(ref: string | undefined, version: string): string {
  if (ref === undefined || ref === `refs/tags/v${version}`) return version;
  if (ref === 'refs/heads/main') return 'main';
  throw new Error(`${ref} is neither refs/heads/main nor refs/tags/v${version}, the version of package.json`);
}

function signerOf({ key, identity }: { key?: string; identity?: string }): Signer | undefined {
  if (key !== undefined && identity !== undefined) throw new Error('--key and --identity exclude one another');
  if (key !== undefined) return { key };
  return identity === undefined ? undefined : { identity };
}

function isStep(name: string): name is Step {
  return name === 'build' || name === 'publish';
}
