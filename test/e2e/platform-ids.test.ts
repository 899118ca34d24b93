import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { eventually } from '../support/kubectl.ts';
import { AppIn, Place } from './apps.ts';
import { world } from './world.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';
const SYSTEM = 'vacation-system';
const NAMESPACE = 'platform-ids';
/** The first of the range that the platform has for the namespace. */
const FIRST_ID = 1_000_650_000;

/** What OpenShift's restricted-v2 does with pods: it refuses ids that are not of the namespace's range, and fills in those that are missing. */
describe('pods on a platform that gives them their user and group ids', function () {
  this.timeout(300_000);
  let place: Place;
  let app: AppIn;

  before(async () => {
    place = await Place.make(NAMESPACE);
    app = new AppIn(place, 'ranged');
    await setPodIds('POD_IDS=Platform');
    for (const object of policies()) await place.apply(object);
    await eventually(
      'the policies hold',
      60_000,
      () => Promise.all([{}, { runAsUser: 999 }].map(userOf)),
      ([filled, refused]) => filled === FIRST_ID && refused === undefined,
    );
  });

  after(async () => {
    await place.kubectl(['delete', 'vapp', 'ranged', '--ignore-not-found']);
    for (const { kind, metadata } of policies()) {
      await world().kubectl(['delete', kind, metadata.name, '--ignore-not-found']);
    }
    await place.remove();
    await setPodIds('POD_IDS-');
  });

  it('start with the ids of the platform, and the app books', async () => {
    await app.declare();
    await app.ready();
    const path = '{range .items[*]}{.spec.securityContext.runAsUser} {.spec.securityContext.fsGroup}{"\\n"}{end}';
    const ids = await place.kubectl(['get', 'pods', '--output', `jsonpath=${path}`]);
    expect(new Set(ids.trim().split('\n'))).to.deep.equal(new Set([`${FIRST_ID} ${FIRST_ID}`]));
    await app.book();
    expect(await app.hasBooking()).to.equal(true);
  });

  /** The user that a pod with such a context would have; undefined where it is refused. */
  async function userOf(securityContext: object): Promise<number | undefined> {
    const containers = [{ name: 'try', image: 'none' }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'try' }, spec: { securityContext, containers } };
    const args = ['create', '--dry-run=server', '--output', 'json', '--filename', '-'];
    const made = await place.kubectl(args, JSON.stringify(pod)).catch(() => undefined);
    if (made === undefined) return undefined;
    return (JSON.parse(made) as V1Pod).spec?.securityContext?.runAsUser;
  }

  async function setPodIds(setting: string): Promise<void> {
    const deployment = ['deployment/vacation-operator', '--namespace', SYSTEM];
    await world().kubectl(['set', 'env', ...deployment, setting]);
    await world().kubectl(['rollout', 'status', ...deployment, '--timeout=120s'], { timeoutMs: 130_000 });
  }

  interface Policy {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: object;
  }

  function policies(): Policy[] {
    const match = {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
    };
    const named = { metadata: { name: NAMESPACE }, apiVersion: ADMISSION };
    const isInRange = (field: string): string =>
      `(!has(object.spec.securityContext.${field}) || object.spec.securityContext.${field} >= ${FIRST_ID})`;
    const given = `runAsUser: ${FIRST_ID}, fsGroup: ${FIRST_ID}`;
    const context = `Object.spec.securityContext{${given}}`;
    return [
      {
        ...named,
        kind: 'MutatingAdmissionPolicy',
        spec: {
          reinvocationPolicy: 'Never',
          matchConstraints: match,
          // As the platform does: what names an id keeps it, and is refused below.
          matchConditions: [{ name: 'no-ids', expression: '!has(object.spec.securityContext.runAsUser)' }],
          mutations: [
            {
              patchType: 'ApplyConfiguration',
              applyConfiguration: { expression: `Object{spec: Object.spec{securityContext: ${context}}}` },
            },
          ],
        },
      },
      { ...named, kind: 'MutatingAdmissionPolicyBinding', spec: { policyName: NAMESPACE } },
      {
        ...named,
        kind: 'ValidatingAdmissionPolicy',
        spec: {
          matchConstraints: match,
          validations: ['runAsUser', 'fsGroup'].map((field) => ({
            expression: `!has(object.spec.securityContext) || ${isInRange(field)}`,
            message: `${field} must be in the range ${FIRST_ID}/10000`,
          })),
        },
      },
      {
        ...named,
        kind: 'ValidatingAdmissionPolicyBinding',
        spec: { policyName: NAMESPACE, validationActions: ['Deny'] },
      },
    ];
  }
});
