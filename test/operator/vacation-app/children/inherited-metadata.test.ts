import type { V1Deployment, V1Job, V1PodTemplateSpec, V1StatefulSet } from '@kubernetes/client-node';
import { expect } from 'chai';
import type { VacationAppSpec } from '../../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../../operator/runtime/client/kinds.ts';
import { desiredObjects } from '../../../../operator/vacation-app/children/children.ts';
import { credentialsSecret } from '../../../../operator/vacation-app/credentials/credentials.ts';
import { partOfVolume } from '../../../../operator/vacation-app/database/managed/volume.ts';
import type { Facts } from '../../../../operator/vacation-app/facts.ts';
import { aCompleteApp, aVolumeClaim, someFacts } from '../../../support/vacation-app.ts';

const inheritedMetadata = {
  labels: { 'cost-center': 'travel', 'interstellar.dev/app': 'other' },
  annotations: { 'example.com/owner': 'ada', 'interstellar.dev/pinned-image': 'other' },
};
const OWNED = { labels: { 'interstellar.dev/app': 'milky-way' } };
const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
const everything: Partial<VacationAppSpec> = {
  ingress: { host: 'a.example.com' },
  gateway: { parentRefs: [{ name: 'public' }] },
};

const desired = (spec: Partial<VacationAppSpec>, facts: Partial<Facts> = {}): KubeObject[] =>
  desiredObjects(aCompleteApp({ spec: { ...everything, ...spec } }), someFacts(facts)).map(({ object }) => object);

const templateOf = (object: KubeObject): V1PodTemplateSpec | undefined =>
  (object as KubeObject & { spec?: { template?: V1PodTemplateSpec } }).spec?.template;
const nameOf = ({ kind = '', metadata }: KubeObject): string => `${kind} ${metadata.name}`;

function the(kind: string, objects: readonly KubeObject[]): KubeObject {
  const found = objects.find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}
const deploymentOf = (objects: readonly KubeObject[]): V1Deployment => the('Deployment', objects);
const statefulSetOf = (objects: readonly KubeObject[]): V1StatefulSet => the('StatefulSet', objects);
const jobOf = (objects: readonly KubeObject[]): V1Job => the('Job', objects);

describe('inherited metadata', () => {
  for (const [title, database] of [
    ['a managed database', { managed: {} }],
    ['an external database', { external }],
  ] as const) {
    it(`is on every object and every pod, where what the operator sets wins, with ${title}`, () => {
      for (const object of desired({ inheritedMetadata, database }, { mysqlPodMetadata: inheritedMetadata })) {
        for (const metadata of [object.metadata, templateOf(object)?.metadata]) {
          if (metadata === undefined) continue;
          expect(metadata.labels, nameOf(object)).to.include({ 'cost-center': 'travel', ...OWNED.labels });
          expect(metadata.annotations, nameOf(object)).to.include({ 'example.com/owner': 'ada' });
        }
      }
      const { annotations } = deploymentOf(desired({ inheritedMetadata, database })).metadata ?? {};
      expect(annotations).to.include({ 'interstellar.dev/pinned-image': 'webapp:1' });
    });
  }

  it('gives way to what the spec says of one kind of object alone', () => {
    const labels = { 'cost-center': 'pages' };
    const annotations = { 'example.com/owner': 'eve' };
    const objects = desired({
      inheritedMetadata,
      pod: { labels, annotations },
      service: { annotations },
      ingress: { host: 'a.example.com', annotations },
    });
    const pod = deploymentOf(objects).spec?.template.metadata;
    expect(pod?.labels).to.include(labels);
    const [service] = objects.filter(({ kind, metadata }) => kind === 'Service' && metadata.name === 'milky-way-web');
    const annotated = [pod, the('Ingress', objects).metadata, service?.metadata];
    for (const metadata of annotated) expect(metadata?.annotations).to.include(annotations);
    expect(jobOf(objects).spec?.template.metadata?.labels).to.include({ 'cost-center': 'travel' });
  });

  it('is on the credentials and on the claim of the volume', () => {
    const app = aCompleteApp({ spec: { inheritedMetadata } });
    const claim = partOfVolume(app, aVolumeClaim(), {
      'interstellar.dev/pinned-image': 'mysql:1',
    });
    for (const metadata of [credentialsSecret(app, {}).metadata, claim?.metadata]) {
      expect(metadata?.labels).to.include({ 'cost-center': 'travel', ...OWNED.labels });
      expect(metadata?.annotations).to.include({ 'example.com/owner': 'ada' });
    }
    expect(claim?.metadata.annotations).to.include({ 'interstellar.dev/pinned-image': 'mysql:1' });
    const nothingElse = partOfVolume(app, aVolumeClaim(), {});
    expect(nothingElse?.metadata.labels, 'before there is anything to remember').to.include({
      'cost-center': 'travel',
    });
    expect(partOfVolume(aCompleteApp(), aVolumeClaim(), {}), 'no write where there is nothing to say').to.equal(
      undefined,
    );
  });

  it('is in no selector and no template of a claim, and is no other migration', () => {
    const fixed = (spec: Partial<VacationAppSpec>) => {
      const objects = desired(spec);
      const { selector, volumeClaimTemplates } = statefulSetOf(objects).spec ?? {};
      const selectors = objects.flatMap(
        (object) => (object as { spec?: { selector?: object; podSelector?: object } }).spec ?? [],
      );
      return {
        selector,
        volumeClaimTemplates,
        migration: jobOf(objects).metadata?.name,
        selectors: selectors.map((part) => [part.selector, part.podSelector]),
      };
    };
    expect(fixed({ inheritedMetadata })).to.deep.equal(fixed({}));
    const checks = [{}, { inheritedMetadata }].map((more) => jobOf(desired({ database: { external }, ...more })));
    expect(checks[0]?.metadata?.name)
      .to.match(/-check-/)
      .and.equal(checks[1]?.metadata?.name);
  });

  it('reaches the pod of MySQL only with the facts', () => {
    const template = ({ spec }: V1StatefulSet) => spec?.template;
    const before = statefulSetOf(desired({}));
    const later = statefulSetOf(desired({ inheritedMetadata }));
    expect(template(later)).to.deep.equal(template(before));
    expect(later.metadata?.labels).to.include({ 'cost-center': 'travel' });
    const made = statefulSetOf(desired({}, { mysqlPodMetadata: inheritedMetadata }));
    expect(template(made)?.metadata?.labels).to.include({ 'cost-center': 'travel' });
  });
});
