import { join } from 'node:path';
import { debianTree, type DebianTree, isRoot } from '../cluster/debian.ts';
import { run, which } from '../cluster/run.ts';
import { UnavailableError } from '../cluster/unavailable.ts';
import type { ReleaseOptions, Signer } from './options.ts';

type How = Pick<ReleaseOptions, 'plainHttp'> & { readonly signer: Signer };

const GITHUB = 'https://token.actions.githubusercontent.com';

/** Signs what a reference with a digest names, and the images that an index names. */
export async function sign(reference: string, how: How): Promise<void> {
  await runCosign(['sign', '--recursive', ...signing(how), reference]);
}

/** Attaches an SBOM, signed. */
export async function attestSbom(reference: string, file: string, how: How): Promise<void> {
  await runCosign(['attest', '--type', 'cyclonedx', '--predicate', file, ...signing(how), reference]);
}

/** Rejects where a signature is missing or somebody else's. */
export async function verify(reference: string, how: How): Promise<void> {
  await runCosign(['verify', ...verifying(how), reference]);
}

/** Rejects where the SBOM is missing, or somebody else signed it. Resolves to the attestation. */
export async function verifySbom(reference: string, how: How): Promise<string> {
  return runCosign(['verify-attestation', '--type', 'cyclonedx', ...verifying(how), reference]);
}

/** With a key nothing is written to a public log: the images may be private. */
export function signing({ signer, plainHttp }: How): string[] {
  const registry = plainHttp ? ['--allow-http-registry'] : [];
  if ('identity' in signer) return ['--yes', ...registry];
  return ['--yes', ...registry, '--key', signer.key, '--use-signing-config=false', '--tlog-upload=false'];
}

export function verifying({ signer, plainHttp }: How): string[] {
  const registry = plainHttp ? ['--allow-http-registry'] : [];
  if ('identity' in signer)
    return [...registry, '--certificate-identity', signer.identity, '--certificate-oidc-issuer', GITHUB];
  return [...registry, '--key', publicKeyOf(signer.key), '--insecure-ignore-tlog=true'];
}

/** cosign writes both beside one another. */
function publicKeyOf(key: string): string {
  return key.replace(/\.key$/, '.pub');
}

export async function runCosign(args: readonly string[]): Promise<string> {
  return run(await cosignProgram(), args);
}

/** The one that is installed, else the one of Debian's packages. */
export async function cosignProgram(): Promise<string> {
  const installed = which('cosign');
  if (installed !== undefined) return installed;
  if (!isRoot) throw new UnavailableError('Images are signed with cosign, which is not installed here: install it.');
  return join(await debianTree(COSIGN), 'usr', 'bin', 'cosign');
}

const COSIGN: DebianTree = {
  name: 'cosign',
  suite: 'sid',
  packages: ['cosign'],
  trim: [],
  revision: 1,
  finish: () => Promise.resolve(),
};
