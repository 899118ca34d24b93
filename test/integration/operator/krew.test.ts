import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { ARCHIVE, MANIFEST, packForKrew } from '../../../scripts/build-krew.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { run } from '../../../scripts/cluster/run.ts';
import { goTool, krew, validateKrewManifest } from '../../../scripts/test/go-tool.ts';

describe('the Krew manifest of the kubectl plugin', () => {
  let folder: string;
  let server: Server;
  let validator: string;

  before(async function () {
    this.timeout(10 * 60_000);
    validator = await goTool(validateKrewManifest);
    folder = await mkdtemp(join(tmpdir(), 'krew-'));
    // All that the validator needs of kubectl: that it runs its plugin krew.
    const kubectl = `#!/bin/sh\nshift\nexec ${await goTool(krew)} "$@"\n`;
    await writeFile(join(folder, 'kubectl'), kubectl, { mode: 0o755 });
    server = createServer((_, response) => {
      void readFile(join(folder, 'packed', ARCHIVE)).then((archive) => response.end(archive));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await packForKrew(join(folder, 'packed'), `http://127.0.0.1:${(server.address() as AddressInfo).port}/${ARCHIVE}`);
  });

  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it('names the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    const manifest = parse(await readFile(join(folder, 'packed', MANIFEST), 'utf8')) as { spec: { version: string } };
    expect(manifest.spec.version).to.equal(`v${version}`);
  });

  it("is valid for Krew's own validator, which installs the archive that it names", async () => {
    await run(validator, ['-manifest', join(folder, 'packed', MANIFEST)], {
      env: { HOME: folder, PATH: `${folder}:${process.env.PATH ?? ''}` },
    });
  });
});
