import { expect } from 'chai';
import { TerminalError, WaitingError } from '../../../../operator/runtime/queue/errors.ts';
import { SECRET, VOLUME_CLAIM } from '../../../../operator/vacation-app/kinds.ts';
import { labels } from '../../../../operator/vacation-app/names.ts';
import { assertOwned, owned } from '../../../../operator/vacation-app/children/ownership.ts';
import { anObject } from '../../../support/kube-objects.ts';
import { aVacationApp } from '../../../support/vacation-app.ts';

const app = aVacationApp();
const SERVICE = { apiVersion: 'v1', kind: 'Service', plural: 'services' };
const controller = (kind: string, name: string, uid: string, isController = true) => ({
  ownerReferences: [{ apiVersion: 'x/v1', kind, name, uid, controller: isController }],
});
const ours = { labels: labels(app, 'credentials') };

const rows: readonly [string, object, 'ours' | typeof WaitingError | typeof TerminalError][] = [
  ['controlled by this very app', controller('VacationApp', 'milky-way', 'uid-of-the-app'), 'ours'],
  ['of an app of this name that is gone', controller('VacationApp', 'milky-way', 'old'), WaitingError],
  ['of another app', controller('VacationApp', 'andromeda', 'other'), TerminalError],
  ['of something else of the same name', controller('Release', 'milky-way', 'other'), TerminalError],
  [
    'owned by this app, but not controlled',
    controller('VacationApp', 'milky-way', 'uid-of-the-app', false),
    TerminalError,
  ],
  ['of nobody', {}, TerminalError],
  ['of nobody, with our labels', ours, 'ours'],
  [
    'with the labels of another app',
    { labels: labels(aVacationApp({ metadata: { name: 'other' } }), 'x') },
    TerminalError,
  ],
  ['labelled ours, but of another controller', { ...ours, ...controller('Release', 'r', 'other') }, TerminalError],
];

describe('ownership', () => {
  for (const [title, metadata, expected] of rows) {
    it(`takes an object ${title} for ${expected === 'ours' ? 'ours' : expected.name}`, () => {
      const check = () => assertOwned(SERVICE, anObject(1, { name: 'milky-way-web', ...metadata }), app);
      if (expected === 'ours') check();
      else expect(check).to.throw(expected, 'Service travel/milky-way-web');
    });
  }

  it('of an app that is gone names the finalizers that hold the object', () => {
    const gone = controller('VacationApp', 'milky-way', 'old');
    const check = (metadata: object) => () =>
      assertOwned(SERVICE, anObject(1, { name: 'milky-way-web', ...gone, ...metadata }), app);
    const finalizers = ['service.kubernetes.io/load-balancer-cleanup'];
    expect(check({ deletionTimestamp: '2026-03-01T12:00:00Z', finalizers })).to.throw(
      'awaited, and held by finalizer service.kubernetes.io/load-balancer-cleanup',
    );
    expect(check({ finalizers })).to.throw(/is awaited$/);
  });

  for (const [kind, words] of [
    [SECRET, /label it interstellar\.dev\/app=milky-way and app\.kubernetes\.io\/managed-by=vacation-operator/],
    [VOLUME_CLAIM, /restore the Secret milky-way-credentials.*then label it interstellar\.dev\/app=milky-way and/],
  ] as const) {
    it(`of a ${kind.kind} can be handed over by labels, and nobody is told to delete it`, () => {
      const check = () => assertOwned(kind, anObject(1, { name: 'data' }), app);
      expect(check)
        .to.throw(TerminalError, words)
        .that.does.not.match(/delete/);
    });
  }

  it('is stamped on a child without touching it', () => {
    const child = anObject(1, { labels: { a: 'b' } });
    const before = structuredClone(child);
    expect(owned(child, app).metadata).to.deep.include({
      labels: { a: 'b' },
      ownerReferences: [
        {
          apiVersion: 'interstellar.dev/v1alpha1',
          kind: 'VacationApp',
          name: 'milky-way',
          uid: 'uid-of-the-app',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
    expect(child).to.deep.equal(before);
  });
});
