import { expect } from 'chai';
import { VACATION_APP } from '../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { enqueueChanges } from '../../../operator/runtime/queue/enqueue.ts';
import { vacationAppController } from '../../../operator/vacation-app/controller.ts';
import { FOLLOWED_SECRET, SERVICE } from '../../../operator/vacation-app/kinds.ts';
import { LABEL } from '../../../operator/vacation-app/names.ts';
import { appController, appStores } from '../../support/app-controller.ts';
import { aVacationApp } from '../../support/vacation-app.ts';

describe('what the controller asks discovery', () => {
  for (const [podIds, groups] of [
    ['Discovered', ['security.openshift.io']],
    ['Managed', []],
    ['Platform', []],
  ] as const) {
    it(`is ${groups.length} groups with ${podIds} ids of pods`, () => {
      const { groups: asked } = vacationAppController({ webappImage: 'webapp:1', mysqlImage: 'mysql:1', podIds });
      expect(asked).to.deep.equal(groups);
    });
  }
});

describe('the apps that the controller watches', () => {
  const selectorOf = (options: { watchSelector?: string }): string | undefined =>
    vacationAppController({
      webappImage: 'webapp:1',
      mysqlImage: 'mysql:1',
      podIds: 'Managed',
      ...options,
    }).watches.find(({ kind }) => kind === VACATION_APP)?.labelSelector;

  it('are all, or those that the selector names', () => {
    expect(selectorOf({})).to.equal(undefined);
    expect(selectorOf({ watchSelector: 'team=a' })).to.equal('team=a');
  });
});

describe('what an event means for the queue', () => {
  const keys = new Set<string>();
  const writer = {};
  const stores = appStores();
  enqueueChanges(appController(), stores, {
    add: (key, priority) => keys.add(`${key} ${priority}`),
    isOurWriter: (candidate) => candidate === writer,
  });

  /** The keys that are queued when the watch tells of the object. */
  function keysFor(kind: string, { metadata, ...rest }: KubeObject, resourceVersion: string): string[] {
    keys.clear();
    stores.get(kind)?.observe('MODIFIED', { ...rest, metadata: { ...metadata, resourceVersion } });
    return [...keys];
  }

  it('is the key of the app, before all others while what is declared has not been answered', () => {
    const app = aVacationApp({ metadata: { generation: 1 } });
    const created = { ...app, status: { observedGeneration: -1 } };
    const answered = { ...app, status: { observedGeneration: 1 } };
    const changed = { ...answered, metadata: { ...app.metadata, generation: 2 } };
    expect(keysFor(VACATION_APP.kind, created, '1')).to.deep.equal(['travel/milky-way high']);
    expect(keysFor(VACATION_APP.kind, answered, '2')).to.deep.equal(['travel/milky-way normal']);
    expect(keysFor(VACATION_APP.kind, changed, '3')).to.deep.equal(['travel/milky-way high']);
    const paused = {
      ...changed,
      metadata: { ...changed.metadata, annotations: { 'interstellar.dev/paused': 'true' } },
    };
    expect(keysFor(VACATION_APP.kind, paused, '4')).to.include('travel/milky-way normal');
  });

  it('is nothing where the controller itself has written it to what it knew', () => {
    const app = aVacationApp({ metadata: { name: 'written', generation: 1, resourceVersion: '101' } });
    const version = (resourceVersion: string) => ({ ...app, metadata: { ...app.metadata, resourceVersion } });
    keys.clear();
    stores.get(VACATION_APP.kind)?.wrote(app, writer);
    expect([...keys]).to.deep.equal([]);
    stores.get(VACATION_APP.kind)?.wrote(version('102'));
    expect([...keys]).to.deep.equal(['travel/written high']);
  });

  it('is the key of the app where another controller has written it', () => {
    const app = aVacationApp({ metadata: { name: 'shared', generation: 1, resourceVersion: '201' } });
    keys.clear();
    stores.get(VACATION_APP.kind)?.wrote(app, {});
    expect([...keys]).to.deep.equal(['travel/shared high']);
  });

  it('is the key of each app that names the user’s Secret; the shape of an app is checked once, of another namespace never', () => {
    let checks = 0;
    const named = (name: string, namespace: string): KubeObject =>
      ({
        ...aVacationApp({ metadata: { name, namespace, resourceVersion: '301' } }),
        spec: {
          credentials: { secretName: 'login' },
          get deletionPolicy() {
            checks += 1;
            return 'Retain';
          },
        },
      }) as KubeObject;
    stores.get(VACATION_APP.kind)?.observe('ADDED', named('near', 'stars'));
    stores.get(VACATION_APP.kind)?.observe('ADDED', named('far', 'planets'));
    const metadata = { name: 'login', namespace: 'stars', labels: { [LABEL.watch]: 'true' } };
    for (const version of ['302', '303']) {
      expect(keysFor(FOLLOWED_SECRET.kind, { metadata }, version)).to.deep.equal(['stars/near normal']);
    }
    const readsOfACheck = 2;
    expect(checks).to.be.at.most(readsOfACheck);
  });

  it('is the key of the app that a child belongs to', () => {
    const metadata = { name: 'milky-way-web', namespace: 'travel', labels: { [LABEL.app]: 'milky-way' } };
    expect(keysFor(SERVICE.kind, { metadata }, '1')).to.deep.equal(['travel/milky-way normal']);
  });
});
