import { expect } from 'chai';
import { eventually } from '../support/kubectl.ts';
import { AppIn, Place } from './apps.ts';
import { world } from './world.ts';

const POLICY = 'ways-back';

/** Refuses the pods of that app that do not say who pays for them. */
const policyFor = (namespace: string, app: string): object[] => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: POLICY },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      matchConditions: [
        { name: 'of-the-app', expression: `object.metadata.?labels[?'interstellar.dev/app'].orValue('') == '${app}'` },
      ],
      validations: [
        { expression: "'cost-center' in object.metadata.labels", message: 'every pod needs the label cost-center' },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: POLICY },
    spec: {
      policyName: POLICY,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  },
];

describe('the ways back on a real cluster', function () {
  this.timeout(8 * 60_000);
  let place: Place;
  let app: AppIn;

  before(async () => {
    place = await Place.make('ways-back');
    app = new AppIn(place, 'winding');
  });

  after(async () => {
    await allowPods();
    await place.remove();
  });

  const allowPods = async (): Promise<void> => {
    const kinds = 'validatingadmissionpolicybinding,validatingadmissionpolicy';
    await world().kubectl(['delete', kinds, POLICY, '--ignore-not-found']);
  };

  const messageOf = async (type: string, of = app): Promise<string> => (await of.condition(type))?.message ?? '';

  it('from a policy that refuses the pod of MySQL begin with its words', async () => {
    for (const object of policyFor(place.namespace, app.name)) await world().kubectl.apply(object);
    const labels = `--labels=interstellar.dev/app=${app.name}`;
    const aPod = () => place.kubectl(['run', 'probe', '--image=probe', labels, '--dry-run=server']).catch(String);
    await eventually('the policy is in force', 60_000, aPod, (said) => said.includes('cost-center'));
    await app.declare();
    await app.with('DatabaseReady', 'False', 'PodsRejected');
    expect(await messageOf('Reconciling')).to.contain('every pod needs the label cost-center');
    await allowPods();
    await app.ready();
  });

  it('from a MySQL image that does not exist lead over the manifest as it was', async () => {
    const witness = await app.leaveWitness();
    await app.declare({ database: { managed: { image: 'mysql:8.4-typo' } } });
    await app.with('DatabaseReady', 'False', 'ImagePullFailed');
    await app.declare();
    await app.ready();
    expect(await app.witness()).to.equal(witness);
  });

  it('are the DBA’s under OnDelete: MySQL serves until they restart it, and afterwards', async () => {
    const pod = `${app.name}-mysql-0`;
    const uid = () => place.kubectl(['get', 'pod', pod, '--ignore-not-found', '--output', 'jsonpath={.metadata.uid}']);
    const patch = JSON.stringify({ spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } });
    await place.kubectl(['patch', 'statefulset', `${app.name}-mysql`, '--type=merge', '--patch', patch]);
    const before = await uid();
    await app.declare({ database: { managed: { configuration: { max_allowed_packet: '32M' } } } });
    const waits = `delete pod ${pod}`;
    await eventually(
      'the status names what waits',
      60_000,
      () => messageOf('DatabaseReady'),
      (message) => message.includes(waits),
    );
    await app.ready();
    expect(await uid()).to.equal(before);
    await place.kubectl(['delete', 'pod', pod]);
    await eventually('another pod', 60_000, uid, (found) => found !== '' && found !== before);
    await eventually(
      'nothing waits any more',
      120_000,
      () => messageOf('DatabaseReady'),
      (message) => message === 'MySQL takes connections',
    );
    await app.ready();
  });

  it('from a quota that leaves a Job without a pod begin with its words', async () => {
    const small = new AppIn(place, 'small');
    const limits = { cpu: '500m', memory: '768Mi' };
    const resources = { requests: { cpu: '50m', memory: '128Mi' }, limits };
    await place.kubectl(['create', 'quota', 'compute', '--hard=limits.cpu=8']);
    await small.declare({
      resources,
      database: { managed: { resources: { requests: { cpu: '50m', memory: '512Mi' }, limits } } },
    });
    await small.with('SchemaReady', 'False', 'PodsRejected');
    expect(await messageOf('Reconciling', small))
      .to.contain('limits.cpu')
      .and.contain('spec.jobs.resources');
    await place.kubectl(['delete', 'quota', 'compute']);
    await small.ready();
  });
});
