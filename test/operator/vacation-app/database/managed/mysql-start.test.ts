import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { mysqlConfigMap } from '../../../../../operator/vacation-app/database/managed/mysql-config-map.ts';
import { aCompleteApp, someFacts } from '../../../../support/vacation-app.ts';

interface Volume {
  /** What is in the folder of the database. */
  readonly files: readonly string[];
  readonly isMarked?: boolean;
  /** Whether the folder can be listed. */
  readonly isReadable?: boolean;
}

/** Starts the script over such a volume; `files` is what the image's entrypoint found there, if it was reached. */
async function started({ files, isMarked = false, isReadable = true }: Volume) {
  const folder = await mkdtemp(join(tmpdir(), 'mysql-start-'));
  try {
    const [data, volume, bin] = ['data', 'volume', 'bin'].map((name) => join(folder, name)) as [string, string, string];
    for (const each of [data, volume, bin]) await mkdir(each);
    for (const file of files) await mkdir(join(data, file));
    if (isMarked) await writeFile(join(volume, 'preparing'), '');
    await command(bin, 'docker-entrypoint.sh', `ls -A ${data} > ${folder}/found`);
    if (!isReadable) await command(bin, 'ls', 'echo "ls: Permission denied" >&2; exit 2');
    const script = mysqlConfigMap(aCompleteApp(), someFacts()).data?.['start.sh'] ?? '';
    const here = script
      .replaceAll('/var/lib/mysql', data)
      .replaceAll('/var/lib/vacation', volume)
      .replaceAll('/dev/termination-log', join(folder, 'said'));
    const env = { PATH: `${bin}:${process.env.PATH ?? ''}` };
    const { code = 0 } = (await promisify(execFile)('bash', ['-c', here], { env }).catch(
      (error: unknown) => error,
    )) as {
      code?: number;
    };
    const text = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '');
    return {
      code,
      said: await text('said'),
      found: (await text('found')).split('\n').filter(Boolean),
      left: (await readdir(data)).sort(),
      isMarked: (await readdir(volume)).includes('preparing'),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function command(bin: string, name: string, body: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/bash\n${body}\n`);
  await chmod(join(bin, name), 0o755);
}

describe('the start of MySQL', () => {
  it('marks an empty volume, and has it prepared', async () => {
    expect(await started({ files: [] })).to.include({ code: 0, isMarked: true });
  });

  it('begins a preparation that was cut off anew', async () => {
    const { code, found, isMarked } = await started({ files: ['mysql', 'half'], isMarked: true });
    expect({ code, found, isMarked }).to.deep.equal({ code: 0, found: [], isMarked: true });
  });

  it('starts on a database, and marks nothing', async () => {
    const { code, found, isMarked } = await started({ files: ['mysql', 'vacation'] });
    expect({ code, found, isMarked }).to.deep.equal({ code: 0, found: ['mysql', 'vacation'], isMarked: false });
  });

  it('touches nothing in a folder that holds something else, and says so', async () => {
    const { code, said, left, isMarked } = await started({ files: ['precious'] });
    expect({ code, left, isMarked }).to.deep.equal({ code: 1, left: ['precious'], isMarked: false });
    expect(said).to.contain('holds files but no database');
  });

  for (const isMarked of [false, true]) {
    it(`touches nothing in a folder that cannot be read${isMarked ? ', though it is marked' : ''}`, async () => {
      const { code, said, left, ...now } = await started({ files: ['mysql'], isReadable: false, isMarked });
      expect({ code, left, isMarked: now.isMarked }).to.deep.equal({ code: 1, left: ['mysql'], isMarked });
      expect(said).to.contain('cannot be read');
    });
  }
});
