import { expect } from 'chai';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { Store, type Change } from '../../../../operator/runtime/cache/store.ts';
import { anObject } from '../../../support/kube-objects.ts';

interface Thing extends KubeObject {
  data?: string;
}

const thing = (version: number, metadata: Partial<Thing['metadata']> = {}, data = String(version)): Thing =>
  anObject(version, metadata, { data });

describe('the store', () => {
  let store: Store<Thing>;
  let changes: Change<Thing>[];
  let errors: unknown[];

  beforeEach(() => {
    changes = [];
    errors = [];
    store = new Store<Thing>({
      onHandlerError: (error) => errors.push(error),
      groupOf: ({ metadata }) => metadata.labels?.group,
    });
    store.onChange((change) => changes.push(change));
  });

  const held = (): string | undefined => store.get('travel', 'thing')?.data;

  it('lets go of what was deleted at its own word, and of nothing that was made since under the name', () => {
    store.observe('ADDED', thing(1, { uid: 'a' }));
    store.deleted(thing(1, { uid: 'b' }));
    expect(held()).to.equal('1');
    store.deleted(thing(1, { uid: 'a' }));
    expect(held()).to.equal(undefined);
    store.observe('DELETED', thing(2, { uid: 'a' }));
    expect(changes).to.have.length(2);
  });

  it('reports new, changed and removed objects', () => {
    store.observe('ADDED', thing(1));
    store.observe('MODIFIED', thing(2));
    store.observe('DELETED', thing(3));
    expect(changes.map(({ before, after }) => [before?.data, after?.data])).to.deep.equal([
      [undefined, '1'],
      ['1', '2'],
      ['2', undefined],
    ]);
  });

  it('says which changes hold nothing that their writer does not know', () => {
    const writer = {};
    store.wrote(thing(1), writer);
    store.wrote(thing(2));
    store.observe('MODIFIED', thing(3));
    store.observe('DELETED', thing(4));
    expect(changes.map(({ soleWriter }) => soleWriter)).to.deep.equal([writer, undefined, undefined, undefined]);
  });

  it('never goes back to an older version, whatever its source', () => {
    store.wrote(thing(5));
    store.observe('MODIFIED', thing(4));
    store.wrote(thing(3));
    store.replace([thing(2)], '4');
    store.observe('DELETED', thing(4));
    expect(held()).to.equal('5');
  });

  it('believes a server that was put back to an earlier state', () => {
    store.observe('ADDED', thing(8, { name: 'gone' }));
    store.observe('ADDED', thing(9));
    store.replace([thing(3)], '4');
    expect(held()).to.equal('3');
    expect(store.size).to.equal(1);
    store.observe('MODIFIED', thing(5));
    expect(held()).to.equal('5');
  });

  it('compares versions as numbers, not as text', () => {
    store.observe('ADDED', thing(9));
    store.observe('MODIFIED', thing(10));
    expect(held()).to.equal('10');
    store.observe('MODIFIED', thing(9));
    expect(held()).to.equal('10');
  });

  it('takes the echo of an own write for no change', () => {
    store.wrote(thing(5));
    store.observe('MODIFIED', thing(5));
    expect(changes).to.have.length(1);
  });

  it('does not restore a deleted object after a repeated or late event', () => {
    store.observe('ADDED', thing(5));
    store.observe('DELETED', thing(7));
    store.observe('MODIFIED', thing(6));
    store.observe('ADDED', thing(5));
    expect(held()).to.equal(undefined);
    store.observe('ADDED', thing(8));
    expect(held()).to.equal('8');
  });

  it('takes what comes after something newer about another object', () => {
    store.observe('ADDED', thing(9, { name: 'other' }));
    store.observe('ADDED', thing(8));
    expect(held()).to.equal('8');
  });

  it('does not restore an object that was deleted before the answer to a write of it came', () => {
    store.observe('ADDED', thing(5));
    store.observe('DELETED', thing(7));
    store.wrote(thing(6));
    expect(held()).to.equal(undefined);
  });

  it('knows from bookmarks and lists too that a late answer is of something deleted', () => {
    store.bookmark('10');
    store.wrote(thing(9));
    expect(held()).to.equal(undefined);
    store.replace([], '20');
    store.wrote(thing(19));
    expect(held()).to.equal(undefined);
    store.wrote(thing(21));
    expect(held()).to.equal('21');
  });

  it('takes up a namesake that was made after the deletion', () => {
    store.observe('ADDED', thing(5, { uid: 'one' }));
    store.observe('DELETED', thing(7, { uid: 'one' }));
    store.wrote(thing(8, { uid: 'two' }));
    expect(store.get('travel', 'thing')?.metadata.uid).to.equal('two');
  });

  it('deletes by difference when it is listed anew, but not what was written since', () => {
    store.replace([thing(1, { name: 'stays' }), thing(2, { name: 'goes' })], '2');
    store.wrote(thing(9, { name: 'own' }));
    changes.length = 0;
    store.replace([thing(1, { name: 'stays' })], '8');
    expect(store.list().map(({ metadata }) => metadata.name)).to.have.members(['stays', 'own']);
    expect(changes.map(({ before, after }) => [before?.metadata.name, after])).to.deep.equal([['goes', undefined]]);
  });

  it('keeps what other namespaces hold when one is listed anew', () => {
    store.replace([thing(1, { namespace: 'one' })], '1', 'one');
    store.replace([thing(2, { namespace: 'two' })], '2', 'two');
    expect(store.size).to.equal(2);
    store.replace([], '3', 'one');
    expect(store.list().map(({ metadata }) => metadata.namespace)).to.deep.equal(['two']);
  });

  it('keeps what other namespaces hold when one still misses the kind, which is served where one has found it', () => {
    store.replace([thing(1, { namespace: 'one' })], '1', 'one');
    store.absent('two');
    expect([store.isServed, store.size]).to.deep.equal([true, 1]);
    store.absent('one');
    expect([store.isServed, store.size]).to.deep.equal([false, 0]);
    store.replace([thing(2, { namespace: 'two' })], '2', 'two');
    expect(store.isServed).to.equal(true);
  });

  it('takes the watch of one namespace for no witness of another', () => {
    store.observe('ADDED', thing(50, { namespace: 'ahead' }), 'ahead');
    store.wrote(thing(40, { namespace: 'behind' }));
    expect(store.get('behind', 'thing')?.data).to.equal('40');
  });

  it('finds objects by any of their owners, as these change', () => {
    const owner = (uid: string) => ({ uid, apiVersion: 'v1', kind: 'Owner', name: uid });
    store.observe('ADDED', thing(1, { ownerReferences: [owner('a'), owner('b')] }));
    store.observe('ADDED', thing(2, { name: 'other', ownerReferences: [owner('a')] }));
    expect(store.ownedBy('a')).to.have.length(2);
    expect(store.ownedBy('b')).to.have.length(1);
    store.observe('MODIFIED', thing(3, { ownerReferences: [owner('c')] }));
    expect(store.ownedBy('a').map(({ metadata }) => metadata.name)).to.deep.equal(['other']);
    expect(store.ownedBy('b')).to.deep.equal([]);
    store.observe('DELETED', thing(4, { ownerReferences: [owner('c')] }));
    expect(store.ownedBy('c')).to.deep.equal([]);
  });

  it('finds objects by their group, as it changes', () => {
    store.observe('ADDED', thing(1, { labels: { group: 'a' } }));
    expect(store.inGroup('a')).to.have.length(1);
    store.observe('MODIFIED', thing(2, { labels: { group: 'b' } }));
    expect([store.inGroup('a').length, store.inGroup('b').length]).to.deep.equal([0, 1]);
    store.replace([], '3');
    expect(store.inGroup('b')).to.deep.equal([]);
  });

  it('calls every handler although one throws', () => {
    const heard: string[] = [];
    const faulty = new Store<Thing>({ onHandlerError: (error) => errors.push(error) });
    const fault = new Error('broken handler');
    faulty.onChange(() => {
      throw fault;
    });
    faulty.onChange(({ after }) => heard.push(after?.data ?? ''));
    faulty.observe('ADDED', thing(1));
    faulty.observe('MODIFIED', thing(2));
    expect(heard).to.deep.equal(['1', '2']);
    expect(errors).to.deep.equal([fault, fault]);
  });

  it('holds what the transformation makes of an object, and leaves the original alone', () => {
    const slim = new Store<Thing>({
      onHandlerError: (error) => errors.push(error),
      transform: ({ data: _, ...rest }) => rest,
    });
    const original = thing(1);
    slim.observe('ADDED', original);
    expect(slim.get('travel', 'thing')).to.not.have.property('data');
    expect(original.data).to.equal('1');
  });
});
