import { expect } from 'chai';
import { join } from 'node:path';
import { pathOf, type Kind } from '../../../operator/runtime/client/kinds.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { createKubectl } from '../../support/kubectl.ts';
import { createWorld, eventually, type World } from './world.ts';

const RBAC = 'rbac.authorization.k8s.io';
const BINDING: Kind = { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', plural: 'rolebindings' };
const REVIEW: Kind = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
};

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete'];

/** What each of Kubernetes' own roles may do with apps, once ours are aggregated to them. */
const rows: readonly (readonly [role: string, verbs: readonly string[]])[] = [
  ['view', READ],
  ['edit', [...READ, ...WRITE]],
  ['admin', [...READ, ...WRITE]],
];

describe('the roles for people', () => {
  let world: World;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld({ controllerManager: true });
    await world.namespace('travel');
    await createKubectl(world.server.kubectl)(['apply', '--kustomize', join(root, 'config', 'rbac')]);
    for (const [role] of rows) {
      const body = {
        metadata: { name: role },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
        subjects: [{ apiGroup: RBAC, kind: 'User', name: `${role}er` }],
      };
      await world.admin.request({ method: 'POST', path: pathOf(BINDING, 'travel'), body });
    }
  });

  after(() => world.stop());

  async function may(user: string, verb: string, resource = 'vacationapps', subresource?: string): Promise<boolean> {
    const attributes = { namespace: 'travel', group: 'interstellar.dev', resource, verb };
    const { status } = await world.admin.request<{ status: { allowed: boolean } }>({
      method: 'POST',
      path: pathOf(REVIEW, ''),
      body: {
        apiVersion: REVIEW.apiVersion,
        kind: REVIEW.kind,
        spec: { user, resourceAttributes: { ...attributes, ...(subresource === undefined ? {} : { subresource }) } },
      },
    });
    return status.allowed;
  }

  const allowed = async (user: string): Promise<string[]> => {
    const answers = await Promise.all([...READ, ...WRITE].map(async (verb) => ({ verb, is: await may(user, verb) })));
    return answers.filter(({ is }) => is).map(({ verb }) => verb);
  };

  for (const [role, verbs] of rows) {
    it(`let who may ${role} the namespace ${verbs.join(', ')} its apps, and not write their status`, async () => {
      // The controller manager aggregates after the roles are there.
      await eventually(
        role,
        () => allowed(`${role}er`),
        (found) => found.join() === verbs.join(),
      );
      for (const verb of WRITE) expect(await may(`${role}er`, verb, 'vacationapps', 'status'), verb).to.equal(false);
    });
  }

  it('let nobody else do anything', async () => {
    expect(await allowed('stranger')).to.deep.equal([]);
  });
});
