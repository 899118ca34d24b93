import { expect } from 'chai';
import {
  contentHash,
  labels,
  jobName,
  selectorLabels,
  versionLabel,
  volumeClaimName,
} from '../../../operator/vacation-app/names.ts';
import { aVacationApp } from '../../support/vacation-app.ts';

describe('names', () => {
  it('are valid for the longest name of an app', () => {
    const app = aVacationApp({ metadata: { name: 'a'.repeat(40) } });
    for (const name of [jobName(app, 'migrate', contentHash('x')), volumeClaimName(app)]) {
      expect(name.length).to.be.at.most(63);
    }
    for (const value of Object.values(labels(app, 'web'))) expect(value.length).to.be.at.most(63);
  });

  it('select by nothing but the app and the component', () => {
    expect(selectorLabels(aVacationApp(), 'web')).to.deep.equal({
      'interstellar.dev/app': 'milky-way',
      'app.kubernetes.io/component': 'web',
    });
  });
});

describe('the version of what runs an image', () => {
  for (const [image, version] of [
    ['mysql:8.4', '8.4'],
    ['host:5000/vacation/webapp:1.2.3-rc.1', '1.2.3-rc.1'],
    ['webapp:2@sha256:0123', '2'],
    ['host:5000/webapp', undefined],
    ['webapp@sha256:0123', undefined],
    ['webapp', undefined],
    ['webapp:_draft', undefined],
    [`webapp:${'1'.repeat(64)}`, undefined],
  ] as const) {
    it(`is ${version ?? 'not told'} for ${image.slice(0, 40)}`, () => {
      expect(versionLabel(image)).to.deep.equal(version === undefined ? {} : { 'app.kubernetes.io/version': version });
    });
  }
});

describe('the hash of content', () => {
  it('does not depend on the order of keys, but on that of lists and on every value', () => {
    const hash = contentHash({ a: 1, b: { c: [1, 2], d: null } });
    expect(hash).to.match(/^[0-9a-f]{10}$/);
    expect(contentHash({ b: { d: null, c: [1, 2] }, a: 1 })).to.equal(hash);
    for (const other of [{ a: 1, b: { c: [2, 1], d: null } }, { a: '1', b: { c: [1, 2], d: null } }, { a: 1 }]) {
      expect(contentHash(other)).to.not.equal(hash);
    }
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(contentHash({ a: 1, b: undefined })).to.equal(contentHash({ a: 1 }));
  });
});
