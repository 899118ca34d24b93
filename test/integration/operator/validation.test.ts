import { expect } from 'chai';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { createWorld, type Scene, type World } from './world.ts';

const NODES = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };
const NEAR = {
  labelSelector: { matchLabels: { team: 'blue' }, matchExpressions: [{ key: 'team', operator: 'Exists' }] },
  namespaceSelector: {},
  namespaces: ['travel'],
  topologyKey: 'kubernetes.io/hostname',
};
const PODS = {
  requiredDuringSchedulingIgnoredDuringExecution: [NEAR],
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: NEAR }],
};
const EVERY_AFFINITY = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [NODES] },
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference: NODES }],
  },
  podAffinity: PODS,
  podAntiAffinity: PODS,
};

const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };

describe('what the API server says to a VacationApp', () => {
  let world: World;
  let here: Scene;

  before(async function () {
    this.timeout(600_000);
    world = await createWorld();
    here = await world.namespace('travel');
  });

  after(() => world.stop());

  const refused: readonly (readonly [what: string, spec: object, says: string])[] = [
    ['replicas beside autoscaling', { replicas: 3, autoscaling: {} }, 'remove one of the two'],
    ['more at least than at most', { autoscaling: { minReplicas: 5, maxReplicas: 4 } }, 'must not be larger'],
    ['more at least than the default at most', { autoscaling: { minReplicas: 11 } }, 'must not be larger'],
    ['no pod', { replicas: 0 }, 'greater than or equal to 1'],
    [
      'too few connections for the web pods',
      { database: { managed: { configuration: { max_connections: '91' } } } },
      'max_connections is too small',
    ],
    [
      'too few connections for many web pods with a large pool',
      {
        replicas: 20,
        env: [{ name: 'DB_POOL_SIZE', value: '9' }],
        database: { managed: { configuration: { max_connections: '239' } } },
      },
      'max_connections is too small',
    ],
    ['two kinds of database', { database: { managed: {}, external } }, 'managed or external; remove one of the two'],
    ['an external database without a host', { database: { external: { ...external, host: undefined } } }, 'Required'],
    ['an external database with a space', { database: { external: { ...external, host: 'a b' } } }, 'should match'],
    [
      'an authority without TLS',
      { database: { external: { ...external, tls: { mode: 'Disabled', caSecretName: 'ca' } } } },
      'caSecretName needs mode Required',
    ],
    [
      'to verify who an address is',
      { database: { external: { ...external, host: '10.0.0.1', tls: { mode: 'VerifyIdentity' } } } },
      'give host as a name',
    ],
    [
      'to verify who an address of IPv6 is',
      { database: { external: { ...external, host: '2001:db8::1', tls: { mode: 'VerifyIdentity' } } } },
      'give host as a name',
    ],
    ['the generated Secret as one of the user’s', { credentials: { secretName: 'refused-credentials' } }, 'name yours'],
    ['an unknown mode', { mode: 'Asleep' }, 'Unsupported value'],
    ['a variable that undoes the image', { env: [{ name: 'NODE_OPTIONS', value: '--inspect' }] }, 'NODE_OPTIONS holds'],
    ['the host of another database', { env: [{ name: 'DB_HOST', value: 'x' }] }, 'set by the operator'],
    ['a variable of the operator', { env: [{ name: 'db_uri', value: 'x' }] }, 'set by the operator'],
    [
      'a value twice',
      { env: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] },
      'either value or valueFrom',
    ],
    [
      'one variable twice',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
      'duplicate entries',
    ],
    ['a node port of a ClusterIP', { service: { nodePort: 30000 } }, 'needs type NodePort'],
    ['a port that does not exist', { service: { port: 70000 } }, 'less than or equal to 65535'],
    ['no place', { booking: { capacityPerDeparture: 0 } }, 'greater than or equal to 1'],
    ['no destination', { booking: { destinations: [] } }, 'should have at least 1 items'],
    [
      'one destination twice',
      {
        booking: {
          destinations: [
            { id: 'a', name: 'A' },
            { id: 'a', name: 'B' },
          ],
        },
      },
      'duplicate entries',
    ],
    [
      'two destinations of one name',
      {
        booking: {
          destinations: [
            { id: 'a', name: 'A' },
            { id: 'b', name: 'A' },
          ],
        },
      },
      'have the same name',
    ],
    ['an id with spaces', { booking: { destinations: [{ id: 'a b', name: 'A' }] } }, 'should match'],
    [
      'a server without grants',
      { database: { managed: { configuration: { skip_grant_tables: '1' } } } },
      'open or break the server',
    ],
    [
      'a server without grants under another name',
      { database: { managed: { configuration: { loose_skip_grant_tables: '1' } } } },
      'use the name itself',
    ],
    ['a resource that is no amount', { resources: { requests: { cpu: 'lots' } } }, 'should match'],
    [
      'a variable with dashes',
      { database: { managed: { configuration: { 'skip-grant-tables': '1' } } } },
      'lower case with underscores',
    ],
    [
      'a second line of settings',
      { database: { managed: { configuration: { sql_mode: 'x\nskip_grant_tables' } } } },
      'one line',
    ],
    ['a size without a unit', { database: { managed: { storage: { size: '5' } } } }, 'should match'],
    ['an unknown deletion policy', { deletionPolicy: 'Explode' }, 'Unsupported value'],
    ['an image with a space', { image: 'a b' }, 'should match'],
    ['an Ingress without a host', { ingress: {} }, 'Required value'],
    ['an Ingress for a URL', { ingress: { host: 'https://example.com' } }, 'should match'],
    ['an Ingress for an address', { ingress: { host: '10.0.0.1' } }, 'a name, not an address'],
    ['a Secret whose name leads elsewhere', { credentials: { secretName: '..' } }, 'should match'],
    [
      'a login whose name leads elsewhere',
      { database: { external: { ...external, credentialsSecretName: '../x' } } },
      'should match',
    ],
    [
      'a variable from a name that no Secret has',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'A B', key: 'a' } } }] },
      'should match',
    ],
    ['a label with a space', { pod: { labels: { team: 'dark blue' } } }, 'should match'],
    ['a label that is too long', { pod: { labels: { team: 'a'.repeat(64) } } }, 'Too long'],
    ['a label of no name', { pod: { labels: { 'a b': 'c' } } }, 'NAME or PREFIX/NAME'],
    ['an annotation of no name', { service: { annotations: { 'a/b/c': 'd' } } }, 'NAME or PREFIX/NAME'],
    [
      'more than the limit',
      { resources: { requests: { memory: '1Gi' }, limits: { memory: '512Mi' } } },
      'cannot request more',
    ],
    [
      'more for MySQL than the limit',
      { database: { managed: { resources: { requests: { cpu: 2 }, limits: { cpu: '1.5' } } } } },
      'cannot request more',
    ],
    ['less than nothing', { resources: { requests: { cpu: -1 } } }, 'greater than or equal to 0'],
    [
      'a value of a taint that need only exist',
      { pod: { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] } },
      'leave it out',
    ],
    ['to tolerate nothing in particular', { pod: { tolerations: [{ value: 'b' }] } }, 'needs operator Exists'],
    [
      'a time to tolerate what does not evict',
      { pod: { tolerations: [{ key: 'a', effect: 'NoSchedule', tolerationSeconds: 5 }] } },
      'needs effect NoExecute',
    ],
    [
      'fewest places where pods may be anywhere',
      {
        pod: {
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 },
          ],
        },
      },
      'needs whenUnsatisfiable DoNotSchedule',
    ],
    ['a gateway without a parent', { gateway: { parentRefs: [] } }, 'should have at least 1 items'],
    ['a gateway for an address', { gateway: { parentRefs: [{ name: 'g' }], hostnames: ['a/b'] } }, 'should match'],
    ['an unknown network policy', { networkPolicy: 'Maybe' }, 'Unsupported value'],
    [
      'one way to spread twice',
      {
        pod: {
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
            { maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
          ],
        },
      },
      'duplicate entries',
    ],
    [
      'a preference without a weight',
      {
        pod: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ preference: {} }] } } },
      },
      'Required value',
    ],
  ];
  for (const [what, spec, says] of refused) {
    it(`refuses ${what}`, async () => {
      const error = await here.declare('refused', spec).then(
        () => undefined,
        (failure: unknown) => failure as Error,
      );
      expect(error?.message ?? 'accepted').to.contain(says);
    });
  }

  for (const name of ['1st', 'a'.repeat(41), 'a.b']) {
    it(`refuses the name ${name.slice(0, 10)}, from which no valid names of children could be made`, async () => {
      const error = await here.declare(name, {}).then(
        () => undefined,
        (failure: unknown) => failure as Error,
      );
      expect(error?.message ?? 'accepted').to.contain('metadata.name must start with a letter');
    });
  }

  const storage = (given: object): object => ({ database: { managed: { storage: given } } });
  const refusalOf = (name: string, spec: object): Promise<string> =>
    here.declare(name, spec).then(
      () => 'accepted',
      (failure: unknown) => (failure as Error).message,
    );

  const fixed: readonly (readonly [what: string, before: object, after: object, says: string])[] = [
    ['the storage class', { storageClassName: 'fast' }, { storageClassName: 'slow' }, 'storageClassName cannot change'],
    ['the storage class by leaving it out', { storageClassName: 'fast' }, {}, 'storageClassName cannot change'],
    ['the volume to a smaller one', { size: '5Gi' }, { size: '4Gi' }, 'size may grow'],
    ['the volume to a smaller one of another unit', { size: '5Gi' }, { size: '5000Mi' }, 'size may grow'],
  ];
  for (const [index, [what, before, after, says]] of fixed.entries()) {
    it(`refuses to change ${what}, also by removing what holds it`, async () => {
      const name = `fixed-${index}`;
      await here.declare(name, storage(before));
      expect(await refusalOf(name, storage(after))).to.contain(says);
      for (const around of [{}, { database: { managed: { image: 'mysql:9' } } }]) {
        expect(await refusalOf(name, around), JSON.stringify(around)).to.contain(says);
      }
    });
  }

  it('refuses to change the kind of database, also by removing what says it', async () => {
    await here.declare('near', {});
    await here.declare('far', { database: { external } });
    for (const after of [{}, { database: { managed: {} } }]) {
      expect(await refusalOf('far', after)).to.contain('kind of database cannot change');
    }
    expect(await refusalOf('near', { database: { external } })).to.contain('kind of database cannot change');
    expect(await refusalOf('far', { database: { external: { ...external, host: '2001:db8::1' } } })).to.equal(
      'accepted',
    );
    const far = await here.get<VacationApp>(VACATION_APP, 'far');
    expect(far?.spec.database?.external).to.include({ port: 3306 });
  });

  it('takes every way of protecting the way to an external database', async () => {
    const modeOf = async (name: string): Promise<string | undefined> =>
      (await here.get<VacationApp>(VACATION_APP, name))?.spec.database?.external?.tls?.mode;
    const ways: readonly (readonly [tls: object | undefined, mode: string])[] = [
      [undefined, 'Required'],
      [{}, 'Required'],
      [{ caSecretName: 'company-ca' }, 'Required'],
      [{ mode: 'Disabled' }, 'Disabled'],
      [{ mode: 'VerifyIdentity' }, 'VerifyIdentity'],
      [{ mode: 'VerifyIdentity', caSecretName: 'company-ca' }, 'VerifyIdentity'],
    ];
    for (const [index, [tls, mode]] of ways.entries()) {
      const name = `protected-${index}`;
      expect(await refusalOf(name, { database: { external: { ...external, tls } } })).to.equal('accepted');
      if (tls !== undefined) expect(await modeOf(name)).to.equal(mode);
    }
  });

  it('takes as few connections as the web pods can do with', async () => {
    const connections = (max_connections: string) => ({
      database: { managed: { configuration: { max_connections } } },
    });
    const env = [{ name: 'DB_POOL_SIZE', value: '2' }];
    expect(await refusalOf('frugal', connections('92'))).to.equal('accepted');
    expect(await refusalOf('frugal', { ...connections('29'), env, replicas: 1 })).to.equal('accepted');
  });

  it('lets the volume grow, and takes a size back that it has not reached', async () => {
    await here.declare('growing', {});
    for (const size of ['2048Mi', '3Gi', '1Ti'])
      expect(await refusalOf('growing', storage({ size }))).to.equal('accepted');
    expect(await refusalOf('growing', storage({ size: '5Gi' }))).to.contain('size may grow');
    await here.patch(VACATION_APP, 'growing', { status: { database: { storage: '5Gi' } } }, 'status');
    expect(await refusalOf('growing', storage({ size: '4Gi' }))).to.contain('size may grow');
    expect(await refusalOf('growing', storage({ size: '5Gi' }))).to.equal('accepted');
  });

  it('fills in what is constant, and takes a resource that nobody has looked at for not current', async () => {
    const branches = { autoscaling: {}, service: {}, booking: {}, database: { managed: { storage: {} } } };
    expect(await refusalOf('filled', branches)).to.equal('accepted');
    const app = await here.get(VACATION_APP, 'filled');
    expect(app).to.deep.include({
      spec: {
        mode: 'Running',
        imagePullPolicy: 'IfNotPresent',
        disruptionBudget: 'Managed',
        deletionPolicy: 'Retain',
        networkPolicy: 'Managed',
        autoscaling: {
          mode: 'Managed',
          minReplicas: 2,
          maxReplicas: 10,
          targetCPUUtilizationPercentage: 80,
          scaleDownStabilizationSeconds: 300,
        },
        service: { type: 'ClusterIP', port: 80 },
        booking: { capacityPerDeparture: 5 },
        database: { managed: { storage: { size: '2Gi' } } },
      },
      status: { observedGeneration: -1 },
    });
  });

  it('takes everything that the sample of the reference says', async () => {
    const everything = {
      image: 'example.com/webapp:1',
      imagePullSecrets: [{ name: 'registry' }],
      replicas: 3,
      resources: { requests: { cpu: '200m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      env: [{ name: 'LOG_LEVEL', value: 'debug' }],
      pod: {
        labels: { team: 'blue' },
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
        affinity: EVERY_AFFINITY,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'topology.kubernetes.io/zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { team: 'blue' } },
            matchLabelKeys: ['pod-template-hash'],
            minDomains: 2,
            nodeAffinityPolicy: 'Honor',
            nodeTaintsPolicy: 'Ignore',
          },
        ],
        priorityClassName: 'high',
      },
      service: { type: 'LoadBalancer', port: 8080, annotations: { a: 'b' } },
      ingress: {
        host: 'booking.example.com',
        className: 'nginx',
        tlsSecretName: 'booking-tls',
        annotations: { 'cert-manager.io/issuer': 'ca' },
      },
      gateway: {
        parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https', port: 443 }],
        hostnames: ['booking.example.com', '*.example.com'],
      },
      networkPolicy: 'Disabled',
      booking: { destinations: [{ id: 'trappist-1', name: 'TRAPPIST-1 System', capacity: 8 }] },
      database: {
        managed: {
          image: 'mysql:9.7',
          storage: { size: '5Gi', storageClassName: 'fast' },
          resources: { limits: { memory: '2Gi' } },
          configuration: { max_connections: '300' },
          nodeSelector: { disk: 'ssd' },
          tolerations: [{ key: 'travel', operator: 'Exists' }],
          affinity: EVERY_AFFINITY,
          priorityClassName: 'high',
        },
      },
      inheritedMetadata: { labels: { team: 'blue' }, annotations: { 'example.com/owner': 'ada' } },
      disruptionBudget: 'Disabled',
      jobs: { resources: { limits: { cpu: '1', memory: '512Mi' } } },
      deletionPolicy: 'Delete',
    };
    expect(await refusalOf('everything', everything)).to.equal('accepted');
  });
});
