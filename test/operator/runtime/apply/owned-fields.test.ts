import { expect } from 'chai';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import {
  appliedFields,
  contains,
  createManagedFieldsPruner,
  differences,
  isOwned,
  ownerOf,
  owns,
  readable,
} from '../../../../operator/runtime/apply/owned-fields.ts';
import { anObject } from '../../../support/kube-objects.ts';

const US = 'us';
type Entry = NonNullable<KubeObject['metadata']['managedFields']>[number];
const entry = (fieldsV1: object, rest: Partial<Entry> = {}): Entry => ({
  manager: US,
  operation: 'Apply',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...rest,
});

interface Row {
  readonly title: string;
  readonly desired: object;
  readonly live: object;
  readonly owned: object;
  readonly same: boolean;
}

const port = { name: 'http', port: 80, protocol: 'TCP' };
const PORT_PATHS = { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {} };
const PORT = 'k:{"port":80,"protocol":"TCP"}';

const rows: readonly Row[] = [
  { title: 'a leaf of the same value', desired: { a: 1 }, live: { a: 1 }, owned: { 'f:a': {} }, same: true },
  { title: 'a leaf of another value', desired: { a: 1 }, live: { a: 2 }, owned: { 'f:a': {} }, same: false },
  { title: 'a number and its text', desired: { a: 1 }, live: { a: '1' }, owned: { 'f:a': {} }, same: false },
  { title: 'a false that is missing', desired: { a: false }, live: {}, owned: { 'f:a': {} }, same: false },
  { title: 'an empty text that is left out', desired: { a: '' }, live: {}, owned: { 'f:a': {} }, same: true },
  {
    title: 'nested fields, beside those of others',
    desired: { spec: { a: { b: 1 } } },
    live: { spec: { a: { b: 1, foreign: 2 }, foreign: 3 } },
    owned: { 'f:spec': { 'f:a': { 'f:b': {} } } },
    same: true,
  },
  {
    title: 'a nested field of another value',
    desired: { spec: { a: { b: 1 } } },
    live: { spec: { a: { b: 2 } } },
    owned: { 'f:spec': { 'f:a': { 'f:b': {} } } },
    same: false,
  },
  {
    title: 'a field that is wanted but not ours, though its value is right',
    desired: { spec: { a: 1, b: 2 } },
    live: { spec: { a: 1, b: 2 } },
    owned: { 'f:spec': { 'f:a': {} } },
    same: false,
  },
  {
    title: 'a field that is ours but no longer wanted',
    desired: { spec: { a: 1 } },
    live: { spec: { a: 1, b: 2 } },
    owned: { 'f:spec': { 'f:a': {}, 'f:b': {} } },
    same: false,
  },
  {
    title: 'a field that is wanted as undefined, which is not wanted',
    desired: { spec: { a: 1, b: undefined } },
    live: { spec: { a: 1 } },
    owned: { 'f:spec': { 'f:a': {} } },
    same: true,
  },
  {
    title: 'one field exchanged for another',
    desired: { spec: { a: 1 } },
    live: { spec: { a: 1 } },
    owned: { 'f:spec': { 'f:b': {} } },
    same: false,
  },
  {
    title: 'elements of a list by their keys, with fields that the server filled in',
    desired: { ports: [port] },
    live: { ports: [{ ...port, nodePort: 30_000 }] },
    owned: { 'f:ports': { [PORT]: PORT_PATHS } },
    same: true,
  },
  {
    title: 'elements of a list in another order, beside those of others',
    desired: { ports: [port, { name: 'b', port: 81, protocol: 'TCP' }] },
    live: { ports: [{ port: 9, protocol: 'UDP' }, { name: 'b', port: 81, protocol: 'TCP' }, port] },
    owned: { 'f:ports': { [PORT]: PORT_PATHS, 'k:{"port":81,"protocol":"TCP"}': PORT_PATHS } },
    same: true,
  },
  {
    title: 'an element of a list whose field differs',
    desired: { ports: [port] },
    live: { ports: [{ ...port, name: 'changed' }] },
    owned: { 'f:ports': { [PORT]: PORT_PATHS } },
    same: false,
  },
  {
    title: 'an element of a list that is gone',
    desired: { ports: [port] },
    live: { ports: [] },
    owned: { 'f:ports': { [PORT]: PORT_PATHS } },
    same: false,
  },
  {
    title: 'an element of a list that is no longer wanted',
    desired: { ports: [port] },
    live: { ports: [port, { port: 81, protocol: 'TCP' }] },
    owned: { 'f:ports': { [PORT]: PORT_PATHS, 'k:{"port":81,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
    same: false,
  },
  {
    title: 'an element of a list that is wanted besides',
    desired: { ports: [port, { port: 81, protocol: 'TCP' }] },
    live: { ports: [port] },
    owned: { 'f:ports': { [PORT]: PORT_PATHS } },
    same: false,
  },
  {
    title: 'members of a set',
    desired: { metadata: { finalizers: ['a', 'b'] } },
    live: { metadata: { finalizers: ['b', 'foreign', 'a'] } },
    owned: { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a"': {}, 'v:"b"': {} } } },
    same: true,
  },
  {
    title: 'a member of a set that is gone',
    desired: { metadata: { finalizers: ['a'] } },
    live: { metadata: { finalizers: ['foreign'] } },
    owned: { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a"': {} } } },
    same: false,
  },
  {
    title: 'an atomic list, with defaults that the server filled in',
    desired: { claims: [{ name: 'data', spec: { size: '2Gi' } }] },
    live: { claims: [{ name: 'data', spec: { size: '2Gi', volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }] },
    owned: { 'f:claims': {} },
    same: true,
  },
  {
    title: 'an atomic list in another order',
    desired: { command: ['a', 'b'] },
    live: { command: ['b', 'a'] },
    owned: { 'f:command': {} },
    same: false,
  },
  {
    title: 'an atomic list that somebody made longer',
    desired: { command: ['a'] },
    live: { command: ['a', 'b'] },
    owned: { 'f:command': {} },
    same: false,
  },
  {
    title: 'an atomic list that somebody made shorter',
    desired: { command: ['a', 'b'] },
    live: { command: ['a'] },
    owned: { 'f:command': {} },
    same: false,
  },
  { title: 'an empty object', desired: { dir: {} }, live: { dir: {} }, owned: { 'f:dir': {} }, same: true },
  { title: 'an empty object that is gone', desired: { dir: {} }, live: {}, owned: { 'f:dir': {} }, same: false },
  {
    title: 'labels, whose names hold slashes and dots',
    desired: { metadata: { labels: { 'a.b/c': 'x' } } },
    live: { metadata: { labels: { 'a.b/c': 'x', foreign: 'y' }, uid: 'u' } },
    owned: { 'f:metadata': { 'f:labels': { 'f:a.b/c': {} } } },
    same: true,
  },
  {
    title: 'owner references by uid',
    desired: { metadata: { ownerReferences: [{ uid: 'u', name: 'a', controller: true }] } },
    live: { metadata: { ownerReferences: [{ uid: 'u', name: 'a', controller: true }] } },
    owned: { 'f:metadata': { 'f:ownerReferences': { 'k:{"uid":"u"}': {} } } },
    same: true,
  },
  {
    title: 'an owner reference of another uid',
    desired: { metadata: { ownerReferences: [{ uid: 'new', name: 'a' }] } },
    live: { metadata: { ownerReferences: [{ uid: 'old', name: 'a' }] } },
    owned: { 'f:metadata': { 'f:ownerReferences': { 'k:{"uid":"old"}': {} } } },
    same: false,
  },
  {
    title: 'an owner reference that is no longer wanted',
    desired: {},
    live: { metadata: { ownerReferences: [{ uid: 'u' }] } },
    owned: { 'f:metadata': { 'f:ownerReferences': { 'k:{"uid":"u"}': {} } } },
    same: false,
  },
];

describe('what a manager owns', () => {
  it('is all that an object is applied for, where nothing of its metadata is', () => {
    const wanted = anObject(1, {}, { spec: { a: 1 } });
    const live = (fields: object) => anObject(7, { uid: 'u', managedFields: [entry(fields)] }, { spec: { a: 1 } });
    expect(differences(wanted, live({ 'f:spec': { 'f:a': {} } }), US)).to.deep.equal([]);
    const more = live({ 'f:spec': { 'f:a': {} }, 'f:metadata': { 'f:labels': {} } });
    expect(differences(wanted, more, US)).to.deep.equal([{ path: ['f:metadata'], what: 'obsolete' }]);
  });

  for (const { title, desired, live, owned, same } of rows) {
    it(`takes ${title} for ${same ? 'applied' : 'a difference'}`, () => {
      const { metadata: wantedMetadata, ...wanted } = desired as Partial<KubeObject>;
      const { metadata: liveMetadata, ...body } = live as Partial<KubeObject>;
      // As with the objects that are made whole, metadata is among what is owned.
      const labels = { ...wantedMetadata?.labels, ours: '1' };
      const metadata = (owned as { 'f:metadata'?: object })['f:metadata'] ?? {};
      const ownedLabels = { ...(metadata as { 'f:labels'?: object })['f:labels'], 'f:ours': {} };
      const fields = { ...owned, 'f:metadata': { ...metadata, 'f:labels': ownedLabels } };
      const one = anObject(1, { ...wantedMetadata, labels }, wanted);
      const other = anObject(
        7,
        { ...liveMetadata, uid: 'u', labels: { ...liveMetadata?.labels, ours: '1' }, managedFields: [entry(fields)] },
        body,
      );
      expect(differences(one, other, US).length === 0).to.equal(same);
    });
  }

  it('is nothing where the manager never applied', () => {
    const owned = { 'f:data': { 'f:a': {} } };
    const entries: Partial<Entry>[] = [{ manager: 'other' }, { operation: 'Update' }, { subresource: 'status' }];
    for (const rest of entries) {
      const live = anObject(1, { managedFields: [entry(owned, rest)] }, { data: { a: '1' } });
      expect(appliedFields(live, US)).to.equal(undefined);
      expect(differences(anObject(1, {}, { data: { a: '1' } }), live, US)).to.have.length.above(0);
    }
    expect(differences(anObject(1), anObject(1), US)).to.have.length.above(0);
  });

  it('changes neither of the objects that it compares', () => {
    const desired = anObject(1, { uid: 'u', labels: { a: '1' } });
    const before = structuredClone(desired);
    differences(desired, anObject(2, { managedFields: [entry({ 'f:metadata': {} })] }), US);
    expect(desired).to.deep.equal(before);
  });

  it('finds each field that differs, and tells why', () => {
    const container = (rest: object): object => ({ name: 'web', ...rest });
    const desired = anObject(1, {}, { spec: { a: 1, b: 2, c: 3, on: [container({ image: '1' }), { name: 'side' }] } });
    const live = anObject(
      2,
      {
        managedFields: [
          entry({
            'f:spec': { 'f:a': {}, 'f:d': {}, 'f:on': { 'k:{"name":"web"}': { '.': {}, 'f:name': {} } } },
          }),
        ],
      },
      { spec: { a: 9, b: 2, c: 9, d: 4, on: [container({ image: '2' })] } },
    );
    expect(differences(desired, live, US).map(({ path, what }) => [readable(path), what])).to.deep.equal([
      ['spec.a', 'value'],
      ['spec.b', 'ownership'],
      ['spec.c', 'lost'],
      ['spec.on[web].image', 'lost'],
      ['spec.on[side]', 'lost'],
      ['spec.d', 'obsolete'],
    ]);
  });

  it('names only what is not as desired of a whole that is no longer ours', () => {
    const desired = anObject(1, {}, { data: { a: '1', 'b.c': '2' } });
    const live = anObject(2, { managedFields: [entry({ 'f:spec': {} })] }, { data: { a: '1', 'b.c': '9' } });
    expect(differences(desired, live, US).map(({ path }) => readable(path))).to.deep.equal(['data[b.c]', 'spec']);
  });

  it('writes paths as people do', () => {
    const path = ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name'];
    expect(readable(path)).to.equal('spec.ports[80/TCP].name');
    expect(readable(['f:metadata', 'f:finalizers', 'v:"a/b"'])).to.equal('metadata.finalizers[a/b]');
    expect(readable(['f:metadata', 'f:labels', 'f:a.b/c'])).to.equal('metadata.labels[a.b/c]');
  });

  it('names the other manager of a field, of something in it, or of the whole that it is in; the latest of several', () => {
    const at = (second: number): Date => new Date(Date.UTC(2026, 2, 1, 0, 0, second));
    const manager = (name: string, fieldsV1: object, second: number): Entry =>
      entry(fieldsV1, { manager: name, operation: 'Update', time: at(second) });
    const live = anObject(1, {
      managedFields: [
        entry({ 'f:spec': { 'f:a': {} } }),
        manager('whole', { 'f:spec': { 'f:map': {} } }, 1),
        manager('first', { 'f:spec': { 'f:a': {}, 'f:list': { 'k:{"name":"x"}': { 'f:y': {} } } } }, 2),
        manager('second', { 'f:spec': { 'f:a': {} } }, 3),
      ],
    });
    const of = (...names: string[]): string | undefined => ownerOf(live, ['f:spec', ...names], [US]);
    expect([of('f:a'), of('f:list'), of('f:map', 'f:key'), of('f:other'), of('f:a', 'f:b')]).to.deep.equal([
      'second',
      'first',
      'whole',
      undefined,
      'second',
    ]);
  });

  it('tells whether anybody owns a field, and whether we do', () => {
    const replicas = ['spec', 'replicas'];
    const ours = anObject(1, { managedFields: [entry({ 'f:spec': { 'f:replicas': {} } })] });
    const theirs = anObject(1, {
      managedFields: [
        entry({ 'f:spec': { 'f:other': {} } }),
        entry({ 'f:spec': { 'f:replicas': {} } }, { manager: 'hpa', operation: 'Update', subresource: 'scale' }),
      ],
    });
    expect([isOwned(ours, replicas), owns(ours, US, replicas)]).to.deep.equal([true, true]);
    expect([isOwned(theirs, replicas), owns(theirs, US, replicas)]).to.deep.equal([true, false]);
    expect(isOwned(anObject(1), replicas)).to.equal(false);
  });

  const containing: readonly [unknown, unknown, boolean][] = [
    [{ a: 1, b: 2 }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: [1, { b: 2, c: 3 }] }, { a: [1, { b: 2 }] }, true],
    [[1, 2], [1], false],
    [[1], { 0: 1 }, true],
    ['a', 'a', true],
    [null, {}, false],
    [undefined, null, false],
    [{}, undefined, false],
  ];
  for (const [whole, part, expected] of containing) {
    it(`finds ${JSON.stringify(part)} ${expected ? '' : 'not '}in ${JSON.stringify(whole)}`, () => {
      expect(contains(whole, part)).to.equal(expected);
    });
  }
});

describe('the pruner of managed fields', () => {
  const prune = createManagedFieldsPruner([US]);
  const others = { manager: 'hpa', operation: 'Update' };

  it('keeps what is ours, and of others only that they own the replicas', () => {
    const owned = { 'f:spec': { 'f:replicas': {}, 'f:more': {} }, 'f:status': { 'f:a': {} } };
    const { managedFields } = prune(
      anObject(1, { managedFields: [entry(owned), entry(owned, others), entry({ 'f:status': {} }, others)] }),
    ).metadata;
    expect(managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1 as unknown])).to.deep.equal([
      [US, owned],
      ['hpa', { 'f:spec': { 'f:replicas': {} } }],
    ]);
  });

  it('makes one object of parts of field sets with the same content, though the owners differ', () => {
    const specOf = (uid: string): unknown => {
      const owners = { 'f:ownerReferences': { [`k:{"uid":"${uid}"}`]: {} } };
      const fields = { 'f:metadata': owners, 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': {} } } } };
      const [kept] = prune(anObject(1, { managedFields: [entry(fields)] })).metadata.managedFields ?? [];
      expect(kept?.fieldsV1).to.deep.equal(fields);
      return (kept?.fieldsV1 as typeof fields)['f:spec']['f:template'];
    };
    expect(specOf('one')).to.equal(specOf('other'));
  });

  it('leaves the object that it was given alone', () => {
    const object = anObject(1, { managedFields: [entry({ 'f:a': {} }, others)] });
    const before = structuredClone(object);
    prune(object);
    expect(object).to.deep.equal(before);
  });
});
