// npm run release: builds and publishes what .github/workflows/release.yml publishes. docs/releases.md describes the result.
import { appendFile, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { buildPlugin } from '../build-plugin.ts';
import { root } from '../cluster/paths.ts';
import { step } from '../cluster/progress.ts';
import { buildImages } from './build-images.ts';
import { chartArchive } from './chart-archive.ts';
import { attestSbom, sign, verify, verifySbom } from './cosign.ts';
import { digestReference, imageName, type PublishedImage } from './image-names.ts';
import { joinImages } from './join-images.ts';
import { installManifest } from './manifests.ts';
import { releaseNotes } from './notes.ts';
import { pushChart } from './push-chart.ts';
import { type ReleaseOptions, readOptions, type Signer, USAGE } from './options.ts';
import { sbomOf } from './sbom.ts';

const FOLDER = join(root, 'dist', 'release');
const FILES = join(FOLDER, 'files');
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const architecture = ARCHITECTURES[process.arch] ?? process.arch;
const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(USAGE);
} else {
  try {
    const options = readOptions(args, version, architecture);
    if (options.steps.includes('build')) await buildImages(options, version, architecture);
    if (options.steps.includes('publish')) await publish(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function publish(options: ReleaseOptions): Promise<void> {
  const { signer, plainHttp } = options;
  if (signer === undefined) throw new Error('publish needs a signer');
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FILES, { recursive: true });
  const images = await joinImages(options);
  for (const image of images) await signImage(image, { signer, plainHttp });
  await writeFile(join(FILES, 'install.yaml'), await installManifest(images));
  await publishChart(options, { signer, plainHttp });
  await writePlugin();
  const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8');
  await writeFile(join(FOLDER, 'notes.md'), releaseNotes(changelog, version, images));
  await tellWorkflow(images);
  for (const image of images) console.log(digestReference(image));
}

async function signImage(image: PublishedImage, how: { signer: Signer; plainHttp: boolean }): Promise<void> {
  const reference = digestReference(image);
  await step(`Signing ${reference}, and verifying that`, async (report) => {
    const sbom = join(FILES, `vacation-${image.app}.cdx.json`);
    await writeFile(sbom, await sbomOf(image));
    await sign(reference, how);
    report('attaching the SBOM');
    await attestSbom(reference, sbom, how);
    report('verifying');
    await verify(reference, how);
    await verifySbom(reference, how);
  });
}

/** The chart of a version is pushed once, and never for what is on main since. */
async function publishChart(options: ReleaseOptions, how: { signer: Signer; plainHttp: boolean }): Promise<void> {
  const archive = await chartArchive(imageName(options, 'operator'), FILES);
  if (options.tag !== version) return;
  const reference = await pushChart(join(FILES, archive), options);
  await step(`Signing ${reference}, and verifying that`, async () => {
    await sign(reference, how);
    await verify(reference, how);
  });
  console.log(reference);
}

async function writePlugin(): Promise<void> {
  const folder = join(FOLDER, 'plugin');
  await buildPlugin(folder);
  await copyFile(join(folder, 'kubectl-vacation'), join(FILES, 'kubectl-vacation'));
}

/** The outputs of the step in GitHub's workflow: what the provenance is about. */
async function tellWorkflow(images: readonly PublishedImage[]): Promise<void> {
  const file = process.env.GITHUB_OUTPUT ?? '';
  if (file === '') return;
  const lines = images.map(({ app, name, digest }) => `${app}-name=${name}\n${app}-digest=${digest}\n`);
  await appendFile(file, lines.join(''));
}
