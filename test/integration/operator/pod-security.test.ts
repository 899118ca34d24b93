import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { V1Deployment, V1PodTemplateSpec } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { pathOf, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { DEPLOYMENT, JOB, POD, SECRET, SERVICE_ACCOUNT, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { createKubectl } from '../../support/kubectl.ts';
import { createWorld, eventually, Scene, startOperator, type RunningOperator, type World } from './world.ts';

type Templated = KubeObject & { spec: { template: V1PodTemplateSpec } };

describe('Pod Security restricted, as the API server enforces it', () => {
  let world: World;
  let operator: RunningOperator;
  let here: Scene;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    const kubectl = createKubectl(world.server.kubectl);
    // The namespaces as they are installed, with their labels, and who the operator is.
    for (const path of ['manager/namespace.yaml', 'samples/namespace.yaml', 'manager/service-account.yaml']) {
      await kubectl(['apply', '--server-side', '--force-conflicts', '--filename', join(root, 'config', path)]);
    }
    await kubectl(['apply', '--kustomize', join(root, 'config', 'rbac')]);
    here = new Scene(world, 'travel');
    // What the controller manager would make.
    await here.create(SERVICE_ACCOUNT, { metadata: { name: 'default' } });
    operator = startOperator(world);
    await here.declare('milky-way', {
      env: [{ name: 'DEMO_TRAVELLER', value: 'true' }],
      pod: { labels: { team: 'blue' }, tolerations: [{ operator: 'Exists' }] },
      database: { managed: { configuration: { max_connections: '110' } } },
    });
    await here.comesUp('milky-way');
    await here.create(SECRET, { metadata: { name: 'login' }, stringData: { username: 'ada', password: 'p' } });
    const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
    await here.declare('external', { database: { external } });
    await eventually(
      'a check of the external database',
      () => here.list(JOB),
      (jobs) => jobs.some(({ metadata }) => metadata.name.startsWith('external-check-')),
    );
  });

  after(async () => {
    await operator.stop();
    await world.stop();
  });

  const admitted = (namespace: string, { metadata, spec }: V1PodTemplateSpec): Promise<string> =>
    world.admin
      .request({
        method: 'POST',
        path: pathOf(POD, namespace),
        query: { dryRun: 'All' },
        body: { metadata: { ...metadata, name: 'pod' }, spec },
      })
      .then(
        () => 'admitted',
        (error: unknown) => (error as Error).message,
      );

  for (const kind of [DEPLOYMENT, STATEFUL_SET, JOB]) {
    it(`admits the pods of the ${kind.kind}`, async () => {
      for (const {
        metadata,
        spec: { template },
      } of await here.list<Templated>(kind)) {
        // The claim is filled in by the StatefulSet's controller.
        const volumes = [
          ...(template.spec?.volumes ?? []),
          { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
        ];
        const spec = kind === STATEFUL_SET ? { ...template.spec, volumes } : template.spec;
        expect(await admitted('travel', { ...template, spec } as V1PodTemplateSpec), metadata.name).to.equal(
          'admitted',
        );
      }
    });
  }

  it('admits the pods of the operator', async () => {
    const { spec } = parse(await readFile(join(root, 'config/manager/deployment.yaml'), 'utf8')) as V1Deployment;
    expect(await admitted('vacation-system', spec?.template ?? {})).to.equal('admitted');
  });

  it('refuses pods that ask for more, so it is enforced', async () => {
    const [workload] = await here.list<Templated>(DEPLOYMENT);
    for (const [namespace, serviceAccountName] of [
      ['travel', 'milky-way-web'],
      ['vacation-system', 'vacation-operator'],
    ] as const) {
      const template = structuredClone(workload?.spec.template ?? {});
      Object.assign(template.spec ?? {}, { serviceAccountName });
      for (const container of template.spec?.containers ?? []) delete container.securityContext;
      expect(await admitted(namespace, template)).to.contain('violates PodSecurity "restricted');
    }
  });
});
