import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { root } from '../../../scripts/cluster/paths.ts';
import { versioned, versionedFiles } from '../../../scripts/release/versioned.ts';

const NEXT = '9.8.7-rc.1';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const yaml = (path: string): Record<string, unknown> => parse(read(path)) as Record<string, unknown>;
const { version } = JSON.parse(read('package.json')) as { version: string };

describe('the version', () => {
  it('is that of package.json wherever a file names it', () => {
    for (const file of versionedFiles()) expect(versioned(file, read(file), version), file).to.equal(read(file));
  });

  for (const [file, times] of [
    ['README.md', 2],
    ['docs/install.md', 1],
    ['docs/releases.md', 8],
    ['config/manager/deployment.yaml', 1],
    ['config/default/kustomization.yaml', 1],
    ['config/chart/Chart.yaml', 2],
    ['crds/vacationapps.interstellar.dev.yaml', 1],
    ['operator/package.json', 1],
    ['webapp/package.json', 1],
    ['package-lock.json', 4],
  ] as const) {
    it(`moves in ${file}, and nothing else there does`, () => {
      expect(versionedFiles()).to.include(file);
      const moved = versioned(file, read(file), NEXT);
      expect(moved.split(NEXT).length - 1).to.be.at.least(times);
      expect(versioned(file, moved, version)).to.equal(read(file));
    });
  }

  it('is on the CRD, on the chart, and in the tag of the image', () => {
    expect(yaml('crds/vacationapps.interstellar.dev.yaml')).to.have.nested.property(
      'metadata.labels.app\\.kubernetes\\.io/version',
      version,
    );
    expect(yaml('config/chart/Chart.yaml')).to.include({ version, appVersion: version });
    const [deployment] = parseAllDocuments(read('config/manager/deployment.yaml'));
    const image = deployment?.getIn(['spec', 'template', 'spec', 'containers', 0, 'image']);
    expect(image).to.equal(`vacation-operator:${version}`);
  });

  it('moves in images, in the archive of the chart and in labels alone', () => {
    const text = (of: string) =>
      `registry:5000/vacation-webapp:${of}, vacation-operator-${of}.tgz. app.kubernetes.io/version: ${of}\nversion: ${of}\n`;
    const others = 'mysql:8.4.0 vacation-operator:latest node:24.21.0 other-webapp:0.1.0 {version: 0.1.0}';
    expect(versioned('docs/a.md', `${text('0.1.0')}${others}`, NEXT)).to.equal(`${text(NEXT)}${others}`);
    expect(versioned('docs/a.md', `${text(NEXT)}${others}`, '0.1.0')).to.equal(`${text('0.1.0')}${others}`);
  });

  it('has no build metadata', () => {
    for (const wrong of ['1.0.0+5', '1.0', 'v1.0.0'])
      expect(() => versioned('README.md', '', wrong), wrong).to.throw('cannot be a tag');
  });
});
