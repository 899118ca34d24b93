import { expect } from 'chai';
import type { V1Deployment, V1Service } from '@kubernetes/client-node';
import type { VacationApp } from '../../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { appPage, type AppPage } from '../../../../operator/status-page/model/app-page.ts';
import type { ChildNode } from '../../../../operator/status-page/model/children.ts';
import { appStores } from '../../../support/app-controller.ts';
import { convergedObjects, put } from '../../../support/status-page.ts';
import { aVacationApp, aWaitingPod, DEFAULTS } from '../../../support/vacation-app.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

function pageOf(app: VacationApp, objects: readonly KubeObject[]): AppPage {
  const stores = appStores();
  for (const [index, object] of objects.entries()) put(stores, object, index + 1);
  return appPage(app, { stores, defaults: DEFAULTS, sizes: [], now: NOW });
}

/** The objects, with one of them changed. */
const withChange = (objects: readonly KubeObject[], kind: string, name: string, change: (object: never) => void) =>
  objects.map((object) => {
    if (object.kind !== kind || object.metadata.name !== name) return object;
    const copy = structuredClone(object);
    change(copy as never);
    return copy;
  });

const lines = (nodes: readonly ChildNode[], depth = 0): string[] =>
  nodes.flatMap(({ kind, name, state, children }) => [
    `${'  '.repeat(depth)}${kind} ${name}: ${state.text}`,
    ...lines(children, depth + 1),
  ]);

describe('the page of an app', () => {
  const app = aVacationApp({ spec: { replicas: 2 }, status: { observedGeneration: 1 } });
  const objects = convergedObjects(app);

  it('finds no difference where everything is as the operator applied it', () => {
    expect(pageOf(app, objects).differences).to.deep.equal([]);
  });

  it('shows what was changed, with the values of numbers and images', () => {
    const changed = withChange(objects, 'Deployment', 'milky-way-web', ({ spec }: V1Deployment) => {
      if (!spec?.template.spec) return;
      spec.replicas = 7;
      for (const container of spec.template.spec.containers) container.image = 'other:2';
    });
    const rows = pageOf(app, changed).differences?.filter(({ field }) => field.startsWith('spec'));
    const object = 'Deployment/milky-way-web';
    expect(rows).to.deep.equal([
      { object, field: 'spec.replicas', declared: '2', observed: '7' },
      { object, field: 'spec.template.spec.containers[web].image', declared: 'webapp:1', observed: 'other:2' },
    ]);
  });

  it('names a field whose value may be private, without the value', () => {
    const changed = withChange(objects, 'Service', 'milky-way-web', ({ spec }: V1Service) => {
      if (spec) spec.selector = { marker: 'private' };
    });
    const rows = pageOf(app, changed).differences;
    expect(rows?.map(({ field, observed }) => [field, observed])).to.deep.equal([
      ['spec.selector', 'differs, not shown'],
    ]);
    expect(JSON.stringify(rows)).not.to.contain('private');
  });

  it('shows children that are wanted and not there', () => {
    const without = objects.filter(({ kind }) => kind !== 'Service');
    const page = pageOf(app, without);
    expect(page.differences).to.deep.equal([
      { object: '2 children', field: 'the whole object', declared: 'there', observed: 'not there' },
    ]);
    expect(page.components.flatMap(({ children }) => lines(children))).to.include(
      'Service milky-way-web: not made yet',
    );
  });

  it('shows what a new app waits for', () => {
    const page = pageOf(aVacationApp(), [aVacationApp()]);
    expect(page.health).to.equal('New');
    const all = page.components.flatMap(({ children }) => lines(children));
    expect(all).to.include('Deployment milky-way-web: waits for the database');
    expect(page.differences?.[0]).to.deep.equal({
      object: 'VacationApp/milky-way',
      field: 'spec',
      declared: 'generation 1',
      observed: 'nothing reported yet',
    });
  });

  it('has the children as a tree, with pods below what makes them', () => {
    const pod = { ...(aWaitingPod('web', 'CrashLoopBackOff') as KubeObject), kind: 'Pod' };
    const page = pageOf(app, [...objects, pod]);
    const web = page.components.find(({ title }) => title === 'Web');
    expect(lines(web?.children ?? []).slice(0, 2)).to.deep.equal([
      'Deployment milky-way-web: 2 of 2 ready',
      '  Pod milky-way-web-0: CrashLoopBackOff',
    ]);
    expect(page.components.map(({ title }) => title)).to.include.members(['Credentials', 'Database', 'Web']);
    expect(page.containers).to.have.length(1);
    expect(page.containers[0]).to.deep.include({ restarts: 3, image: 'image:1', lastEnd: 'ended (137)' });
  });

  it('says of an object that belongs to somebody else whose it is', () => {
    const changed = withChange(objects, 'Service', 'milky-way-web', ({ metadata }: KubeObject) => {
      metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Rocket', name: 'r', uid: 'other', controller: true }];
    });
    const web = pageOf(app, changed).components.flatMap(({ children }) => lines(children));
    expect(web).to.include('Service milky-way-web: belongs to Rocket r');
  });

  it('survives a spec of any shape', () => {
    const broken = aVacationApp({ spec: { env: 'text' } as never });
    const page = pageOf(broken, [broken]);
    expect(page.differences).to.equal(undefined);
    expect(page.credentials).to.deep.equal([]);
  });

  it('links only what a browser may open', () => {
    const url = (text: string): string | undefined => {
      const linked = aVacationApp({ status: { observedGeneration: 1, url: text } });
      return pageOf(linked, [linked]).url;
    };
    expect(url('https://booking.example.com/')).to.equal('https://booking.example.com/');
    expect(url('javascript:alert(1)')).to.equal(undefined);
    expect(url('booking')).to.equal(undefined);
  });
});
