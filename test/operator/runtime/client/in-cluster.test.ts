import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InCluster } from '../../../../operator/runtime/client/in-cluster.ts';

describe('the connection of a pod', () => {
  let folder: string;
  let connection: InCluster;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'service-account-'));
    connection = new InCluster({ server: 'https://10.0.0.1:443', folder });
    await writeFile(join(folder, 'ca.crt'), 'certificates');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const write = (token: string): Promise<void> => writeFile(join(folder, 'token'), token);

  async function options(): Promise<https.RequestOptions> {
    const options: https.RequestOptions = { headers: { accept: 'application/json' } };
    await connection.applyToHTTPSOptions(options);
    return options;
  }

  const bearing = (token: string): https.RequestOptions => ({
    ca: 'certificates',
    headers: { accept: 'application/json', authorization: `Bearer ${token}` },
  });

  it('sends the mounted token, and reads it again once it was rejected', async () => {
    await write('first\n');
    expect(await options()).to.deep.equal(bearing('first'));
    await write('second');
    expect(await options(), 'cached').to.deep.equal(bearing('first'));
    connection.refused();
    expect(await options()).to.deep.equal(bearing('second'));
  });

  it('fails where the token is empty, and reads it again for the next request', async () => {
    await write('\n');
    const error: unknown = await options().catch((thrown: unknown) => thrown);
    expect(error).to.be.an('error').with.property('message', 'The token of the service account is empty.');
    await write('written');
    expect(await options()).to.deep.equal(bearing('written'));
  });
});
