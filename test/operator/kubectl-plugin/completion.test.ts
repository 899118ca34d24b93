import { expect } from 'chai';
import { PluginError } from '../../../operator/kubectl-plugin/exit-code.ts';
import { FakeCluster, runVacation } from '../../support/fake-cluster.ts';
import { aReportedApp } from '../../support/serving-cluster.ts';

const app = aReportedApp();
const cluster = () =>
  new FakeCluster().add(
    app,
    { ...app, metadata: { ...app.metadata, name: 'andromeda', namespace: 'elsewhere' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'travel' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } },
  );

/** The candidates, and the directive. */
async function completed(...words: string[]): Promise<{ values: string[]; directive: string | undefined }> {
  const { out, code } = await runVacation(cluster(), ['__complete', ...words]);
  expect(code).to.equal(0);
  const lines = out.trimEnd().split('\n');
  return { values: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? ''), directive: lines.at(-1) };
}

const ROWS: readonly (readonly [words: string[], values: string[]])[] = [
  [['wa'], ['wait', 'wake']],
  [['-n', 'travel', 'hib'], ['hibernate']],
  [['status', ''], ['milky-way']],
  [['status', '-n', 'elsewhere', ''], ['andromeda']],
  [['status', '--namespace=elsewhere', 'a'], ['andromeda']],
  [['status', 'milky-way', ''], []],
  [['completion', ''], []],
  [['status', '--al'], ['--all-namespaces']],
  [['status', '--o'], ['--output']],
  [
    ['status', '-o', ''],
    ['json', 'yaml', 'wide', 'name'],
  ],
  [['status', '--output=j'], ['--output=json']],
  [
    ['logs', 'milky-way', '--component', 'm'],
    ['mysql', 'migration'],
  ],
  [['status', '-n', 't'], ['travel']],
  [
    ['status', '--context', ''],
    ['home', 'work'],
  ],
  [['nothing', 'x'], []],
];

describe('completion', () => {
  for (const [words, values] of ROWS) {
    it(`of "${words.join(' ')}" has ${values.join(', ') || 'nothing'}`, async () => {
      expect(await completed(...words)).to.deep.equal({ values, directive: ':4' });
    });
  }

  it('leaves files to the shell', async () => {
    expect(await completed('report', 'milky-way', '--file', '')).to.deep.equal({ values: [], directive: ':0' });
  });

  it('is quiet where the cluster does not answer', async () => {
    const away = (): never => {
      throw new PluginError('noCluster', 'away');
    };
    const { out, error } = await runVacation(cluster(), ['__complete', 'status', ''], { connect: away });
    expect([out, error]).to.deep.equal([':4\n', '']);
  });

  it('is done by a program that calls the plugin', async () => {
    const { out } = await runVacation(cluster(), ['completion']);
    expect(out).to.match(/^#!\/bin\/sh\n/);
    expect(out).to.contain('exec kubectl-vacation __complete "$@"');
  });
});
