import { expect } from 'chai';
import type {
  V1ContainerStatus,
  V1Deployment,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StatefulSet,
} from '@kubernetes/client-node';
import { factsOf, webPin, mysqlPin } from '../../../operator/vacation-app/facts.ts';
import { pinAnnotations, podIdsAnnotation, type Pin } from '../../../operator/vacation-app/pins.ts';
import type { Inherited } from '../../../operator/vacation-app/children/inherited-metadata.ts';
import { labels } from '../../../operator/vacation-app/names.ts';
import { LATEST_REVISION } from '../../../operator/vacation-app/children/templates.ts';
import {
  aCompleteApp,
  aDeployment,
  aMysqlPod,
  aPod,
  aSecret,
  aStatefulSet,
  aVolumeClaim,
  DEFAULTS,
} from '../../support/vacation-app.ts';

const newer = { ...DEFAULTS, webappImage: 'webapp:2', mysqlImage: 'mysql:2' };
const pinned = (pin: Partial<Pin> = {}): { deployment: V1Deployment } => ({
  deployment: aDeployment({
    metadata: { annotations: pinAnnotations({ image: 'webapp:1', revision: 1, update: '', ...pin }) },
  }),
});
const asking = (update: string) => aCompleteApp({ metadata: { annotations: { 'interstellar.dev/update': update } } });

describe('pins', () => {
  it('are what is newest when the child is made', () => {
    expect(webPin(aCompleteApp(), { deployment: undefined }, newer)).to.deep.equal({
      image: 'webapp:2',
      revision: LATEST_REVISION,
      update: '',
    });
    expect(
      mysqlPin(aCompleteApp(), { statefulSet: undefined, volumeClaim: undefined, pods: [] }, newer).image,
    ).to.equal('mysql:2');
  });

  it('stay when the operator has newer defaults', () => {
    expect(webPin(aCompleteApp(), pinned(), newer)).to.deep.equal({ image: 'webapp:1', revision: 1, update: '' });
    const statefulSet = aStatefulSet();
    statefulSet.metadata = { annotations: pinAnnotations({ image: 'mysql:1', revision: 1, update: '' }) };
    expect(mysqlPin(aCompleteApp(), { statefulSet, volumeClaim: undefined, pods: [] }, newer).image).to.equal(
      'mysql:1',
    );
  });

  it('of MySQL are those of the volume where there is no StatefulSet: its data are of that version', () => {
    const kept = pinAnnotations({ image: 'mysql:old', revision: 1, update: 'monday' });
    const volumeClaim = { ...aVolumeClaim(), metadata: { annotations: kept } };
    const world = { statefulSet: undefined, volumeClaim, pods: [] };
    expect(mysqlPin(aCompleteApp(), world, newer)).to.deep.equal({ image: 'mysql:old', revision: 1, update: 'monday' });
    expect(mysqlPin(asking('monday'), world, newer).image, 'which was handled').to.equal('mysql:old');
    expect(mysqlPin(asking('tuesday'), world, newer).image).to.equal('mysql:2');
    const statefulSet = aStatefulSet();
    statefulSet.metadata = { annotations: pinAnnotations({ image: 'mysql:1', revision: 1, update: '' }) };
    expect(mysqlPin(aCompleteApp(), { statefulSet, volumeClaim, pods: [] }, newer).image).to.equal('mysql:1');
  });

  it('follow the image of the spec, and keep it when the spec names none any more', () => {
    expect(webPin(aCompleteApp({ spec: { image: 'mine:7' } }), pinned(), newer).image).to.equal('mine:7');
    expect(webPin(aCompleteApp(), pinned({ image: 'mine:7' }), newer).image).to.equal('mine:7');
  });

  it('of MySQL go back to what it last ran where the spec named an image that cannot be had, and names none any more', () => {
    const statefulSet = aStatefulSet({ updateRevision: 'b' });
    const annotations = pinAnnotations({ image: 'mysql:typo', revision: 2, update: '' });
    statefulSet.metadata = { ...statefulSet.metadata, annotations };
    const kept = { annotations: pinAnnotations({ image: 'mysql:old', revision: 1, update: '' }) };
    const volumeClaim = { ...aVolumeClaim(), metadata: kept };
    const missing: Partial<V1ContainerStatus> = { state: { waiting: { reason: 'ImagePullBackOff' } } };
    const pin = (pod: V1Pod, app = aCompleteApp(), claim: V1PersistentVolumeClaim | undefined = volumeClaim) =>
      mysqlPin(app, { statefulSet, volumeClaim: claim, pods: [pod] }, newer);
    expect(pin(aMysqlPod('b', missing))).to.include({ image: 'mysql:old', revision: 1 });
    const neverRan = pin(aMysqlPod('b', missing), aCompleteApp(), aVolumeClaim());
    expect(neverRan).to.include({ image: 'mysql:2', revision: LATEST_REVISION });
    const typo = { image: 'mysql:typo', revision: 2 };
    const named = aCompleteApp({ spec: { database: { managed: { image: 'mysql:typo' } } } });
    expect(pin(aMysqlPod('b', missing), named)).to.include(typo);
    expect(pin(aMysqlPod('a', missing)), 'of an earlier template').to.include(typo);
    expect(pin(aMysqlPod('b', { state: { waiting: { reason: 'ContainerCreating' } } }))).to.include(typo);
    const restarted = { ...missing, lastState: { terminated: { exitCode: 0 } } };
    expect(pin(aMysqlPod('b', restarted)), 'which MySQL has run').to.include(typo);
  });

  it('move once for each new value of the update annotation', () => {
    const moved = webPin(asking('monday'), pinned(), newer);
    expect(moved).to.deep.equal({ image: 'webapp:2', revision: LATEST_REVISION, update: 'monday' });
    const still = webPin(asking('monday'), pinned(moved), { ...newer, webappImage: 'webapp:3' });
    expect(still).to.deep.equal(moved);
    expect(webPin(asking('tuesday'), pinned(moved), { ...newer, webappImage: 'webapp:3' }).image).to.equal('webapp:3');
    expect(webPin(aCompleteApp(), pinned(moved), { ...newer, webappImage: 'webapp:3' })).to.deep.equal(moved);
  });
});

const inheritedMetadata = { labels: { 'cost-center': 'travel' }, annotations: { note: 'x' } };

/** With that metadata in the pod template: applied by the operator beside its own, and by others. */
function withTemplate(statefulSet: V1StatefulSet, ours: Inherited, theirs: Partial<Inherited> = {}): V1StatefulSet {
  const applied = {
    labels: { ...labels(aCompleteApp(), 'mysql'), ...ours.labels },
    annotations: { 'interstellar.dev/configuration-hash': 'c', ...ours.annotations },
  };
  const fields = (keys: object) => Object.fromEntries(Object.keys(keys).map((key) => [`f:${key}`, {}]));
  const metadata = { 'f:labels': fields(applied.labels), 'f:annotations': fields(applied.annotations) };
  const fieldsV1 = { 'f:spec': { 'f:template': { 'f:metadata': metadata } } };
  const live = {
    labels: { ...applied.labels, ...theirs.labels },
    annotations: { ...applied.annotations, ...theirs.annotations },
  };
  return {
    ...statefulSet,
    metadata: {
      ...statefulSet.metadata,
      managedFields: [{ manager: 'vacation-operator', operation: 'Apply', fieldsV1 }],
    },
    spec: { selector: {}, template: { metadata: live } },
  };
}

const NOTHING = { deployment: undefined, statefulSet: undefined, volumeClaim: undefined };

describe('facts', () => {
  const facts = (live: Partial<Parameters<typeof factsOf>[1]> = {}, app = aCompleteApp()) =>
    factsOf(app, { ...NOTHING, secret: aSecret(), userSecrets: new Map(), pods: [], ...live }, DEFAULTS);

  it('hash the credentials that web pods read, by content', () => {
    const hash = facts().credentialsHash;
    const changed = (key: string) => facts({ secret: { data: { ...aSecret().data, [key]: 'bmV3' } } }).credentialsHash;
    const moved = aSecret({ metadata: { resourceVersion: '99', annotations: { a: 'b' } } });
    expect(facts({ secret: moved }).credentialsHash).to.equal(hash);
    for (const key of ['db_uri', 'secret_key', 'secret_key_previous']) expect(changed(key)).to.not.equal(hash);
    for (const key of ['db_root_password', 'db_migration_uri', 'other']) expect(changed(key)).to.equal(hash);
  });

  it('keep a restart that was done when the annotation that asked for it is gone', () => {
    const asked = aCompleteApp({ metadata: { annotations: { 'interstellar.dev/restart': 'monday' } } });
    expect(facts({}, asked).restart).to.equal('monday');
    const template = { metadata: { annotations: { 'interstellar.dev/restart-handled': 'monday' } } };
    const deployment = aDeployment({ spec: { template } });
    expect(facts({ deployment }).restart).to.equal('monday');
    expect(facts().restart).to.equal(undefined);
  });

  it('remember how many web pods there were when the app went to sleep', () => {
    const managedFields = [
      { manager: 'vacation-operator', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
    ];
    const annotations = { 'interstellar.dev/size-before-hibernation': '7' };
    const asleep = { metadata: { managedFields, annotations }, spec: { replicas: 0 } };
    expect(facts().sizeBefore).to.equal(undefined);
    expect(facts({ deployment: aDeployment({ spec: { replicas: 4 } }) }).sizeBefore).to.equal(4);
    expect(facts({ deployment: aDeployment(asleep) }).sizeBefore).to.equal(7);
    const never = aDeployment({ metadata: { managedFields }, spec: { replicas: 0 } });
    expect(facts({ deployment: never }).sizeBefore).to.equal(undefined);
  });

  const mysql = (annotations: Record<string, string> = {}, status: Parameters<typeof aStatefulSet>[0] = {}) => {
    const statefulSet = aStatefulSet(status);
    const pins = pinAnnotations({ image: 'mysql:1', revision: 1, update: '' });
    return { ...statefulSet, metadata: { ...statefulSet.metadata, annotations: { ...pins, ...annotations } } };
  };

  it('keep what the MySQL pod inherits until somebody asks, or until it has no pod', () => {
    const spec = { inheritedMetadata };
    const of = (live: Parameters<typeof facts>[0], update?: string) => {
      const metadata = update === undefined ? {} : { annotations: { 'interstellar.dev/update': update } };
      return facts(live, aCompleteApp({ spec, metadata })).mysqlPodMetadata;
    };
    const nothing = { labels: {}, annotations: {} };
    expect(of({}), 'new').to.deep.equal(inheritedMetadata);
    expect(of({ statefulSet: mysql() }), 'made before').to.deep.equal(nothing);
    const old = { labels: { 'cost-center': 'old' }, annotations: { note: 'y' } };
    const made = (annotations: Record<string, string> = {}, status: Parameters<typeof aStatefulSet>[0] = {}) =>
      withTemplate(mysql(annotations, status), old);
    expect(of({ statefulSet: made() })).to.deep.equal(old);
    expect(of({ statefulSet: made() }, 'now'), 'asked for').to.deep.equal(inheritedMetadata);
    const handled = { 'interstellar.dev/update-handled': 'now' };
    expect(of({ statefulSet: made(handled) }, 'now'), 'done before').to.deep.equal(old);
    const noPod = { replicas: 0, readyReplicas: 0 };
    expect(of({ statefulSet: made({}, noPod) }), 'asleep, or refused').to.deep.equal(inheritedMetadata);
    const unseen = made({}, { ...noPod, observedGeneration: 2 });
    expect(of({ statefulSet: unseen }), 'its controller has not looked yet').to.deep.equal(old);
    expect(facts({ statefulSet: made() }).mysqlPodMetadata, 'taken out of the spec').to.deep.equal(old);
  });

  it('take what the MySQL pod inherits from its template, and only what the operator has applied there', () => {
    const theirs = { labels: { team: 'a' }, annotations: { 'kubectl.kubernetes.io/restartedAt': 'monday' } };
    const statefulSet = withTemplate(mysql(), { labels: {}, annotations: {} }, theirs);
    expect(facts({ statefulSet }).mysqlPodMetadata).to.deep.equal({ labels: {}, annotations: {} });
  });

  it('keep whose ids the pods have as long as there are pods', () => {
    const openshift = { ...DEFAULTS, podIds: 'Platform' } as const;
    const of = (live: Parameters<typeof facts>[0], defaults: typeof DEFAULTS) =>
      factsOf(aCompleteApp(), { ...NOTHING, secret: aSecret(), userSecrets: new Map(), pods: [], ...live }, defaults)
        .podIds;
    expect(of({}, openshift)).to.deep.equal({ web: 'Platform', mysql: 'Platform' });
    const running = { ...pinned(), statefulSet: mysql() };
    expect(of(running, openshift)).to.deep.equal({ web: 'Managed', mysql: 'Managed' });
    const refused = { ...running, statefulSet: mysql({}, { replicas: 0, readyReplicas: 0 }) };
    expect(of(refused, openshift)).to.deep.equal({ web: 'Managed', mysql: 'Platform' });
    const made = { ...running, statefulSet: mysql(podIdsAnnotation('Platform')) };
    expect(of(made, DEFAULTS)).to.deep.equal({ web: 'Managed', mysql: 'Platform' });
  });

  it('see whether pods use the database', () => {
    const used = (...pods: V1Pod[]) => facts({ pods }).isDatabaseUsed;
    expect(used()).to.equal(false);
    expect(used(aPod('mysql', { phase: 'Running' }), aPod('migration', { phase: 'Succeeded' }))).to.equal(false);
    expect(used(aPod('web', { phase: 'Pending' }))).to.equal(true);
    expect(used(aPod('migration', { phase: 'Running' }))).to.equal(true);
  });
});
