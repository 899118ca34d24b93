import { expect } from 'chai';
import { LATEST_REVISION } from '../../../../operator/vacation-app/children/templates.ts';
import { updatesOf } from '../../../../operator/vacation-app/status/updates.ts';
import { aCompleteApp, DEFAULTS, someFacts } from '../../../support/vacation-app.ts';

const newer = { ...DEFAULTS, webappImage: 'webapp:2', mysqlImage: 'mysql:2' };
const inheritedMetadata = { labels: { 'cost-center': 'travel' }, annotations: { note: 'x' } };

describe('updates', () => {
  it('tell what an update would change, and nothing of what the spec names', () => {
    expect(updatesOf(aCompleteApp(), someFacts(), DEFAULTS)).to.deep.equal([]);
    expect(updatesOf(aCompleteApp(), someFacts(), newer)).to.deep.equal([
      'web image webapp:1 -> webapp:2',
      'MySQL image mysql:1 -> mysql:2',
    ]);
    expect(updatesOf(aCompleteApp({ spec: { image: 'webapp:1' } }), someFacts(), newer)).to.have.length(1);
  });

  it('tell of a newer revision only where it changes the pods or their settings', () => {
    const old = someFacts({ mysql: { image: 'mysql:1', revision: 1, update: '' } });
    expect(updatesOf(aCompleteApp(), old, DEFAULTS), 'the settings are the same').to.deep.equal([]);
    const large = aCompleteApp({ spec: { replicas: 100 } });
    expect(updatesOf(large, old, DEFAULTS)).to.deep.equal([`MySQL pod template 1 -> ${LATEST_REVISION}`]);
    const same = someFacts({ mysql: { image: 'mysql:1', revision: 2, update: '' } });
    expect(updatesOf(large, same, DEFAULTS), 'nothing of MySQL has changed since').to.deep.equal([]);
    const older = { revision: LATEST_REVISION - 1, update: '' };
    const web = someFacts({ web: { image: 'webapp:1', ...older } });
    expect(updatesOf(aCompleteApp(), web, DEFAULTS), 'it has a CPU request already').to.deep.equal([]);
    const withoutCpu = aCompleteApp({ spec: { resources: { limits: { memory: '1Gi' } } } });
    const expected = [`web pod template ${LATEST_REVISION - 1} -> ${LATEST_REVISION}`];
    expect(updatesOf(withoutCpu, web, DEFAULTS)).to.deep.equal(expected);
    const configuration = { max_connections: '400' };
    const theirs = aCompleteApp({ spec: { database: { managed: { configuration } } } });
    const one = someFacts({ mysql: { image: 'mysql:1', revision: 1, update: '' } });
    expect(updatesOf(theirs, one, DEFAULTS), 'the user has set it').to.deep.equal([]);
    const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
    expect(updatesOf(aCompleteApp({ spec: { database: { external } } }), one, DEFAULTS)).to.deep.equal([]);
  });

  it('tell what the MySQL pod would inherit, by key', () => {
    const app = aCompleteApp({ spec: { inheritedMetadata } });
    const expected = ['MySQL pod metadata: label cost-center, annotation note'];
    expect(updatesOf(app, someFacts(), DEFAULTS)).to.deep.equal(expected);
    const pinned = someFacts({ mysqlPodMetadata: inheritedMetadata });
    expect(updatesOf(app, pinned, DEFAULTS)).to.deep.equal([]);
    expect(updatesOf(aCompleteApp(), pinned, DEFAULTS), 'or would no longer').to.deep.equal(expected);
  });

  it('tell whose ids the pods would have', () => {
    expect(updatesOf(aCompleteApp(), someFacts(), { ...DEFAULTS, podIds: 'Platform' })).to.deep.equal([
      'web pod ids Managed -> Platform',
      'MySQL pod ids Managed -> Platform',
    ]);
  });
});
