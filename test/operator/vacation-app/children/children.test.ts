import type { V1Deployment, V1Ingress, V1Job, V1PodSpec, V1StatefulSet } from '@kubernetes/client-node';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VacationAppSpec } from '../../../../operator/api/vacation-app.ts';
import type { Facts } from '../../../../operator/vacation-app/facts.ts';
import type { NetworkPolicy } from '../../../../operator/vacation-app/children/network-policy.ts';
import type { HttpRoute } from '../../../../operator/vacation-app/web/web-http-route.ts';
import { desiredObjects } from '../../../../operator/vacation-app/children/children.ts';
import { LATEST_REVISION } from '../../../../operator/vacation-app/children/templates.ts';
import { withoutEmpty } from '../../../../operator/vacation-app/children/without-empty.ts';
import { root } from '../../../../scripts/cluster/paths.ts';
import { aCompleteApp, someFacts } from '../../../support/vacation-app.ts';

const desired = (spec: Partial<VacationAppSpec> = {}, facts: Partial<Facts> = {}) =>
  desiredObjects(aCompleteApp({ spec }), someFacts(facts)).map(({ object }) => object);

function the(kind: string, spec: Partial<VacationAppSpec>, facts: Partial<Facts> = {}): object {
  const found = desired(spec, facts).find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

const deployment = (spec: Partial<VacationAppSpec> = {}, facts: Partial<Facts> = {}): V1Deployment =>
  the('Deployment', spec, facts);
const statefulSet = (spec: Partial<VacationAppSpec> = {}): V1StatefulSet => the('StatefulSet', spec);
const job = (spec: Partial<VacationAppSpec> = {}, facts: Partial<Facts> = {}): V1Job => the('Job', spec, facts);

const everything: Partial<VacationAppSpec> = {
  image: 'other:2',
  imagePullPolicy: 'Always',
  imagePullSecrets: [{ name: 'registry' }],
  autoscaling: { minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleDownStabilizationSeconds: 0 },
  env: [{ name: 'DEMO_TRAVELLER', value: 'true' }],
  pod: {
    labels: { team: 'travel' },
    annotations: { note: 'x' },
    nodeSelector: { disk: 'ssd' },
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'rack' }] } },
    topologySpreadConstraints: [{ maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
    priorityClassName: 'high',
  },
  service: { type: 'NodePort', port: 8080, nodePort: 30_500, annotations: { lb: 'yes' } },
  ingress: {
    host: 'book.example.com',
    className: 'nginx',
    tlsSecretName: 'book-tls',
    annotations: { 'cert-manager.io/issuer': 'ca' },
  },
  gateway: {
    parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https', port: 443 }],
    hostnames: ['book.example.org'],
  },
  booking: { capacityPerDeparture: 9, destinations: [{ id: 'trappist-1', name: 'TRAPPIST-1 System', capacity: 8 }] },
  database: {
    managed: { storage: { size: '9Gi', storageClassName: 'fast' }, configuration: { max_connections: '150' } },
  },
  deletionPolicy: 'Delete',
};

const external = {
  host: 'db.example.com',
  name: 'travel',
  credentialsSecretName: 'travel-database',
  tls: { mode: 'VerifyIdentity', caSecretName: 'company-ca' },
} as const;

/** What a child that was made by the first release keeps. */
const FIRST: Partial<Facts> = {
  web: { image: 'webapp:1', revision: 1, update: '' },
  mysql: { image: 'mysql:1', revision: 1, update: '' },
};

interface Templated {
  spec: { template: { spec: V1PodSpec } };
}
const pods = (spec: Partial<VacationAppSpec> = {}, facts: Partial<Facts> = {}): [string, V1PodSpec][] =>
  desired(spec, facts)
    .filter((object) => ['Deployment', 'StatefulSet', 'Job'].includes(object.kind ?? ''))
    .map((object) => [object.kind ?? '', (object as unknown as Templated).spec.template.spec]);

describe('what a VacationApp owns', () => {
  // Pods restart when what is made of the same app changes: a change here belongs into a new revision, see `templates.ts`.
  for (const [database, spec, file] of [
    ['a managed database', {}, 'golden.json'],
    ['an external database', { database: { external } }, 'golden-external.json'],
  ] as const) {
    const golden = JSON.parse(readFileSync(join(root, 'test/operator/vacation-app/children', file), 'utf8')) as Record<
      string,
      object
    >;
    const objects = new Map(
      desired(spec, FIRST).map((object) => [`${object.kind ?? ''} ${object.metadata.name}`, object]),
    );

    it(`is what it has always been, by name, with ${database}`, () => {
      expect([...objects.keys()]).to.deep.equal(Object.keys(golden));
    });
    for (const [name, object] of objects) {
      it(`is what it has always been: ${name}, with ${database}`, () => {
        expect(JSON.parse(JSON.stringify(object))).to.deep.equal(golden[name]);
      });
    }
  }

  for (const [title, spec] of [
    ['nothing', {}],
    ['everything', everything],
    ['an external database', { database: { external } }],
  ] as const) {
    for (const [kind, pod] of pods(spec)) {
      it(`passes Pod Security restricted with ${title} in the spec: pod of the ${kind}`, () => {
        expect(pod.securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
        expect(pod.securityContext?.runAsUser).to.be.above(0);
        expect(pod).to.not.have.any.keys('hostNetwork', 'hostPID', 'hostIPC');
        for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
          expect(container.securityContext).to.deep.equal({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          expect(container.resources?.requests).to.include.all.keys('cpu', 'memory');
          expect(container.resources?.limits).to.have.property('memory');
          for (const { hostPort } of container.ports ?? []) expect(hostPort).to.equal(undefined);
        }
        for (const volume of pod.volumes ?? []) {
          expect(['emptyDir', 'configMap', 'secret']).to.include(Object.keys(volume).find((key) => key !== 'name'));
        }
        expect(pod.automountServiceAccountToken).to.equal(false);
      });
    }
  }

  it('never changes what Kubernetes does not let it change', () => {
    const fixed = (spec: Partial<VacationAppSpec>) => ({
      deployment: deployment(spec).spec?.selector,
      statefulSet: [statefulSet(spec).spec?.selector, statefulSet(spec).spec?.serviceName],
      selectors: desired(spec).flatMap((object) => (object as { spec?: { selector?: object } }).spec?.selector ?? []),
    });
    const { database: _, ...changeable } = everything;
    expect(fixed(changeable)).to.deep.equal(fixed({}));
    expect(statefulSet(changeable).spec?.volumeClaimTemplates).to.deep.equal(statefulSet().spec?.volumeClaimTemplates);
    expect(deployment().spec?.selector.matchLabels).to.deep.equal({
      'interstellar.dev/app': 'milky-way',
      'app.kubernetes.io/component': 'web',
    });
  });

  it('is selected by labels that its pods carry, whatever labels the user gives them', () => {
    const labels = { 'interstellar.dev/app': 'other', 'app.kubernetes.io/component': 'mysql', team: 'travel' };
    const { selector, template } = deployment({ pod: { labels } }).spec ?? {};
    expect(template?.metadata?.labels).to.include(selector?.matchLabels);
    expect(template?.metadata?.labels).to.have.property('team', 'travel');
    const database = statefulSet().spec;
    expect(database?.template.metadata?.labels).to.include(database?.selector.matchLabels);
  });

  it('leaves the number of pods to the autoscaler, or has none', () => {
    expect(deployment().spec).to.not.have.property('replicas');
    expect(desired().some(({ kind }) => kind === 'HorizontalPodAutoscaler')).to.equal(true);
    expect(deployment({ replicas: 3 }).spec?.replicas).to.equal(3);
    expect(desired({ replicas: 3 }).some(({ kind }) => kind === 'HorizontalPodAutoscaler')).to.equal(false);
  });

  it('has nothing that runs in hibernation, and lets MySQL end last', () => {
    const mode = { mode: 'Hibernated' } as const;
    const kinds = desired(mode).map(({ kind }) => kind);
    expect(kinds).to.not.include.members(['HorizontalPodAutoscaler']).and.not.include('PodDisruptionBudget');
    expect(deployment({ ...mode, replicas: 3 }).spec?.replicas).to.equal(0);
    expect(deployment(mode, { sizeBefore: 7 }).metadata?.annotations).to.include({
      'interstellar.dev/size-before-hibernation': '7',
    });
    expect(deployment({}, { sizeBefore: 7 }).metadata?.annotations).to.not.have.property(
      'interstellar.dev/size-before-hibernation',
    );
    const mysql = (isDatabaseUsed: boolean) => (the('StatefulSet', mode, { isDatabaseUsed }) as V1StatefulSet).spec;
    expect([mysql(true)?.replicas, mysql(false)?.replicas]).to.deep.equal([1, 0]);
    expect((the('StatefulSet', {}, { isDatabaseUsed: false }) as V1StatefulSet).spec?.replicas).to.equal(1);
    expect(deployment(mode).spec?.template).to.deep.equal(deployment().spec?.template);
  });

  it('writes out the keys of lists that the server would fill in', () => {
    const ports = desired(everything).flatMap(
      (object) => (object as { spec?: { ports?: { protocol?: string }[] } }).spec?.ports ?? [],
    );
    const ofPods = pods().flatMap(([, { containers }]) => containers.flatMap((container) => container.ports ?? []));
    expect([...ports, ...ofPods].map(({ protocol }) => protocol)).to.deep.equal(Array(5).fill('TCP'));
  });

  const annotation = ({ spec }: V1Deployment | V1StatefulSet, name: string): string | undefined =>
    spec?.template.metadata?.annotations?.[`interstellar.dev/${name}`];

  it('restarts web pods when what they read changes, and for nothing else', () => {
    const before = deployment().spec?.template;
    const same: [Partial<VacationAppSpec>, Partial<Facts>][] = [
      [{ autoscaling: { maxReplicas: 4 } }, {}],
      [{ replicas: 7 }, {}],
      [{ service: { port: 81 } }, {}],
      [{ database: { managed: { configuration: { max_connections: '50' } } } }, {}],
      [{}, { schemaVersion: '8' }],
      [{}, { web: { image: 'webapp:1', revision: LATEST_REVISION, update: 'asked' } }],
    ];
    for (const [spec, facts] of same) expect(deployment(spec, facts).spec?.template).to.deep.equal(before);
    const other: [Partial<VacationAppSpec>, Partial<Facts>][] = [
      [{ booking: { capacityPerDeparture: 6 } }, {}],
      [{ env: [{ name: 'LOG_LEVEL', value: 'debug' }] }, {}],
      [{}, { credentialsHash: 'changed' }],
      [{}, { restart: 'monday' }],
      [{}, { web: { image: 'webapp:2', revision: LATEST_REVISION, update: '' } }],
    ];
    for (const [spec, facts] of other) expect(deployment(spec, facts).spec?.template).to.not.deep.equal(before);
  });

  it('gives MySQL connections for as many web pods as there may be, from the second revision on', () => {
    const settings = (spec: Partial<VacationAppSpec>, facts: Partial<Facts> = {}) =>
      JSON.stringify(
        desired(spec, facts).find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-mysql')),
      );
    const many = { autoscaling: { maxReplicas: 60 } };
    expect(settings(many)).to.contain('max_connections = 400');
    expect(settings(many, FIRST)).to.contain('max_connections = 200');
    const own = { ...many, database: { managed: { configuration: { max_connections: '999' } } } };
    expect(settings(own)).to.contain('max_connections = 999').and.not.contain('= 400');
    expect(annotation(statefulSet(), 'configuration-hash'), 'few pods: no restart for the revision').to.equal(
      annotation(the('StatefulSet', {}, FIRST), 'configuration-hash'),
    );
  });

  it('restarts MySQL when its settings change, not when credentials do', () => {
    const hash = annotation(statefulSet(), 'configuration-hash');
    const other = statefulSet({ database: { managed: { configuration: { max_connections: '50' } } } });
    expect(annotation(other, 'configuration-hash')).to.not.equal(hash);
    expect(annotation(statefulSet({ booking: { capacityPerDeparture: 6 } }), 'configuration-hash')).to.equal(hash);
    expect(annotation(statefulSet(), 'credentials-hash')).to.equal(undefined);
  });

  it('names a migration for what it does, not for where it may run', () => {
    const { name } = job().metadata ?? {};
    expect(name).to.match(/^milky-way-migrate-[0-9a-f]{10}$/);
    expect(job({ pod: { nodeSelector: { disk: 'ssd' } } }).metadata?.name).to.equal(name);
    expect(job({ replicas: 3, env: [{ name: 'A', value: 'b' }] }).metadata?.name).to.equal(name);
    expect(job({}, { web: { image: 'webapp:2', revision: LATEST_REVISION, update: '' } }).metadata?.name).to.not.equal(
      name,
    );
  });

  it('gives the web pods no right to change the schema, and no password to anybody by its value', () => {
    const [web] = deployment().spec?.template.spec?.containers ?? [];
    const keys = web?.env?.map(({ valueFrom }) => valueFrom?.secretKeyRef?.key);
    expect(keys).to.deep.equal(['db_uri', 'secret_key', 'secret_key_previous']);
    const [migrate] = job().spec?.template.spec?.containers ?? [];
    expect(migrate?.env?.[0]).to.deep.equal({
      name: 'db_uri',
      valueFrom: { secretKeyRef: { name: 'milky-way-credentials', key: 'db_migration_uri' } },
    });
  });

  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
    },
  };

  it('spreads web pods over nodes unless the spec spreads them otherwise, and counts them where it does not say whom', () => {
    const spread = (pod: VacationAppSpec['pod'] = {}) =>
      deployment({ pod }).spec?.template.spec?.topologySpreadConstraints;
    const own = { matchLabels: { 'interstellar.dev/app': 'milky-way', 'app.kubernetes.io/component': 'web' } };
    const constraint = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' };
    expect(spread()).to.deep.equal([{ ...constraint, labelSelector: own }]);
    const zones = { ...constraint, topologyKey: 'zone' };
    expect(spread({ topologySpreadConstraints: [zones] })).to.deep.equal([{ ...zones, labelSelector: own }]);
    const others = { ...zones, labelSelector: { matchLabels: { team: 'travel' } } };
    expect(spread({ topologySpreadConstraints: [others] })).to.deep.equal([others]);
    expect(spread({ topologySpreadConstraints: [] }), 'the scheduler may choose').to.equal(undefined);
  });

  it('gives the web pods all of the affinity, the migration that for nodes, without migrating again', () => {
    const affinity = { nodeAffinity, podAntiAffinity: everything.pod?.affinity?.podAntiAffinity };
    const spec = { pod: { affinity } } as Partial<VacationAppSpec>;
    expect(deployment(spec).spec?.template.spec?.affinity).to.deep.equal(affinity);
    expect(job(spec).spec?.template.spec?.affinity).to.deep.equal({ nodeAffinity });
    expect(job(spec).metadata?.name).to.equal(job().metadata?.name);
    expect(job(everything).spec?.template.spec).to.not.have.property('affinity');
  });

  const policy = (component: 'web' | 'mysql', spec: Partial<VacationAppSpec> = {}): NetworkPolicy =>
    desired(spec).find(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === `milky-way-${component}`,
    ) as unknown as NetworkPolicy;

  it('lets pods of the app alone speak to MySQL, and MySQL to nobody', () => {
    const { spec } = policy('mysql');
    const clients = policy('web').spec.podSelector;
    expect(spec.ingress).to.deep.equal([
      { from: [{ podSelector: clients }], ports: [{ port: 3306, protocol: 'TCP' }] },
    ]);
    expect(spec.policyTypes).to.deep.equal(['Ingress', 'Egress']);
    expect(spec.egress).to.equal(undefined);
    const components = clients?.matchExpressions?.[0]?.values;
    const jobs = desired({ database: { external } }).filter(({ kind }) => kind === 'Job') as V1Job[];
    const speaking = [deployment(), ...jobs].map(
      (workload) => workload.spec?.template.metadata?.labels?.['app.kubernetes.io/component'],
    );
    expect(components).to.have.members(speaking);
  });

  it('lets pods out to the port of an external database', () => {
    const far = desired({ database: { external: { ...external, port: 3307 } } });
    const policies = far.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as NetworkPolicy[];
    expect(policies.map(({ metadata }) => metadata?.name)).to.deep.equal(['milky-way-web']);
    expect(policies[0]?.spec.egress).to.deep.include({ ports: [{ port: 3307, protocol: 'TCP' }] });
  });

  it('lets everybody see the pages, the cluster ask for metrics, and pods find the database', () => {
    const ports = (rules: readonly { ports?: { port?: unknown }[] }[] = []) =>
      rules.map((rule) => rule.ports?.map(({ port }) => port));
    const { ingress, egress } = policy('web').spec;
    const [web] = deployment().spec?.template.spec?.containers ?? [];
    expect(ports(ingress)).to.deep.equal(web?.ports?.map(({ containerPort }) => [containerPort]));
    expect(ingress.map(({ from }) => from)).to.deep.equal([undefined, [{ namespaceSelector: {} }]]);
    expect(ports(egress)).to.deep.equal([[53, 53], [3306]]);
    expect(egress?.[1]?.to).to.deep.equal([{ podSelector: policy('mysql').spec.podSelector }]);
  });

  for (const [title, env, ports] of [
    ['with SMTP_URL', { value: 'smtp://mail.example.com:2525' }, [2525]],
    ['with SMTP_URL that names no port', { value: 'smtps://mail.example.com' }, [465, 587, 25]],
    ['with SMTP_URL in a Secret', { valueFrom: { secretKeyRef: { name: 'mail', key: 'url' } } }, [465, 587, 25]],
    ['with SMTP_URL that is none', { value: 'x' }, [465, 587, 25]],
  ] as const) {
    it(`lets mail out ${title}`, () => {
      const { egress } = policy('web', { env: [{ name: 'SMTP_URL', ...env }] }).spec;
      expect(egress?.[2]?.ports?.map(({ port }) => port)).to.deep.equal(ports);
      expect(egress).to.have.length(3);
    });
  }

  it('makes no network policies where the spec wants none', () => {
    expect(desired({ networkPolicy: 'Disabled' }).map(({ kind }) => kind)).to.not.include('NetworkPolicy');
  });

  it('has an Ingress for the host and the Service only where the spec asks for one', () => {
    expect(desired().map(({ kind }) => kind)).to.not.include('Ingress');
    const { spec } = the('Ingress', { ingress: { host: 'book.example.com' } }) as V1Ingress;
    expect(spec).to.deep.equal({
      rules: [
        {
          host: 'book.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'milky-way-web', port: { name: 'http' } } },
              },
            ],
          },
        },
      ],
    });
  });

  it('has an HTTPRoute to the port of the Service only where the spec asks for one', () => {
    expect(desired().map(({ kind }) => kind)).to.not.include('HTTPRoute');
    const gateway = { parentRefs: [{ name: 'public' }] };
    const { spec } = the('HTTPRoute', { gateway, service: { port: 8080 } }) as HttpRoute;
    expect(spec).to.deep.equal({
      parentRefs: [{ name: 'public' }],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: 'milky-way-web', port: 8080 }],
        },
      ],
    });
  });

  it('tells the version of each component on its objects, and never where it would restart or select anything', () => {
    const versions = { web: { image: 'webapp:7', revision: 1, update: '' } };
    for (const object of desired({}, versions)) {
      const component = object.metadata.labels?.['app.kubernetes.io/component'];
      const title = `${object.kind ?? ''} ${object.metadata.name}`;
      expect(object.metadata.labels, title).to.include({
        'app.kubernetes.io/version': component === 'mysql' ? '1' : '7',
      });
      const rest = JSON.stringify({ ...object, metadata: undefined });
      expect(rest, title).to.not.contain('app.kubernetes.io/version');
    }
  });

  it('names no user and group where the platform chooses them, and migrates nothing again for that', () => {
    const podIds = { web: 'Platform', mysql: 'Platform' } as const;
    for (const database of [{}, { external }]) {
      const contexts = pods({ database }, { podIds }).map(([, pod]) => pod.securityContext);
      expect(contexts).to.have.length(3);
      for (const context of contexts) {
        expect(context).to.include({ runAsNonRoot: true });
        expect(context).to.not.have.any.keys('runAsUser', 'runAsGroup', 'fsGroup');
      }
    }
    expect(job({}, { podIds }).metadata?.name).to.equal(job().metadata?.name);
    expect((the('StatefulSet', {}, { podIds }) as V1StatefulSet).metadata?.annotations).to.include({
      'interstellar.dev/pod-ids': 'Platform',
    });
    expect(deployment({}, { podIds }).metadata?.annotations).to.include({ 'interstellar.dev/pod-ids': 'Platform' });
    expect(deployment().metadata?.annotations).to.not.have.property('interstellar.dev/pod-ids');
  });

  it('lets pods ask for names where the platform answers', () => {
    const { spec } = the('NetworkPolicy', { database: { external } }, { dnsPorts: [53, 5353] }) as NetworkPolicy;
    expect(spec.egress?.[0]?.ports?.map(({ port }) => port)).to.deep.equal([53, 53, 5353, 5353]);
  });

  it('runs MySQL where the spec says, and restarts it for nothing else of that', () => {
    const where = {
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'travel', operator: 'Exists' }],
      affinity: { nodeAffinity },
      priorityClassName: 'high',
    };
    const { template } = statefulSet({ database: { managed: where } }).spec ?? {};
    expect(template?.spec).to.deep.include(where);
    expect(statefulSet({ pod: where }).spec?.template).to.deep.equal(statefulSet().spec?.template);
    expect(deployment({ database: { managed: where } }).spec?.template).to.deep.equal(deployment().spec?.template);
  });

  it('gives Jobs the resources that the spec says, without doing their work again', () => {
    const resources = { requests: { cpu: '1' }, limits: { cpu: '1', memory: '1Gi' } };
    for (const database of [{}, { external }]) {
      const changed = job({ database, jobs: { resources } });
      expect(changed.spec?.template.spec?.containers[0]?.resources).to.deep.equal(resources);
      expect(changed.metadata?.name).to.equal(job({ database }).metadata?.name);
    }
  });

  it('makes neither an autoscaler nor a budget where the spec leaves them to others', () => {
    const kinds = desired({ autoscaling: { mode: 'External' }, disruptionBudget: 'Disabled' }).map(({ kind }) => kind);
    expect(kinds).to.not.include.oneOf(['HorizontalPodAutoscaler', 'PodDisruptionBudget']);
    expect(deployment({ autoscaling: { mode: 'External' } }).spec).to.not.have.property('replicas');
  });

  it('leaves the template of the volume as it was made: the volume itself grows', () => {
    const storage = (facts: Partial<Facts>) =>
      (the('StatefulSet', { database: { managed: { storage: { size: '9Gi' } } } }, facts) as V1StatefulSet).spec
        ?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.storage;
    expect(storage({})).to.equal('9Gi');
    expect(storage({ volumeTemplateSize: '2Gi' })).to.equal('2Gi');
  });

  const environment = ({ spec }: V1Deployment | V1Job) =>
    Object.fromEntries(
      (spec?.template.spec?.containers[0]?.env ?? []).map(({ name, value, valueFrom }) => {
        const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
        return [name, value ?? `${secret}/${key}`];
      }),
    );

  it('makes nothing for an external database but a look at it, and tells the pods where it is and as whom to go there', () => {
    const spec = { database: { external } };
    expect(desired(spec).some(({ metadata }) => metadata.name.endsWith('-mysql'))).to.equal(false);
    expect(environment(deployment(spec))).to.deep.equal({
      DB_HOST: 'db.example.com',
      DB_PORT: '3306',
      DB_NAME: 'travel',
      DB_TLS: 'verify-identity',
      DB_TLS_CA_FILE: '/etc/vacation/database-ca/ca.crt',
      DB_USER: 'travel-database/username',
      DB_PASSWORD: 'travel-database/password',
      secret_key: 'milky-way-credentials/secret_key',
      secret_key_previous: 'milky-way-credentials/secret_key_previous',
    });
    const migration = desired(spec).find(({ metadata }) => metadata.name.startsWith('milky-way-migrate-')) as V1Job;
    expect(environment(migration)).to.include({
      DB_MIGRATION_USER: 'travel-database/migration_username',
      DB_MIGRATION_PASSWORD: 'travel-database/migration_password',
    });
    expect(desired({ ...spec, mode: 'Hibernated' }).filter(({ kind }) => kind === 'Job')).to.have.length(1);
  });

  it('looks at an external database anew when what is said of it changes, and some time after the last look', () => {
    const name = (more: object = {}, facts: Partial<Facts> = {}) =>
      desired({ database: { external: { ...external, ...more } } }, facts).find(({ metadata }) =>
        metadata.name.startsWith('milky-way-check-'),
      )?.metadata.name;
    expect(name()).to.equal(name());
    const changes = [name({ host: 'other' }), name({ tls: {} }), name({}, { credentialsHash: 'new' })];
    const later = name({}, { checkAfter: '2026-03-01T12:00:00.000Z' });
    expect(new Set([name(), later, ...changes])).to.have.property('size', 5);
  });

  it('reads the Secret that the user names in place of the generated one', () => {
    const spec = { credentials: { secretName: 'mine' } };
    expect(environment(deployment(spec))).to.deep.equal({
      db_uri: 'mine/db_uri',
      secret_key: 'mine/secret_key',
      secret_key_previous: 'mine/secret_key_previous',
    });
    expect(environment(job(spec))).to.include({ db_uri: 'mine/db_migration_uri' });
    const volume = statefulSet(spec).spec?.template.spec?.volumes?.find(({ name }) => name === 'credentials');
    expect(volume?.secret?.secretName).to.equal('mine');
  });

  it('restarts web pods for Secrets of spec.env only where they are followed', () => {
    expect(annotation(deployment(), 'environment-hash')).to.equal(undefined);
    expect(annotation(deployment({}, { environmentHash: 'x' }), 'environment-hash')).to.equal('x');
  });

  it('never lets the volume go with the StatefulSet, whatever the policy says', () => {
    const policies = (['Retain', 'Delete'] as const).map(
      (deletionPolicy) => (the('StatefulSet', { deletionPolicy }) as V1StatefulSet).spec,
    );
    for (const spec of policies) expect(spec?.persistentVolumeClaimRetentionPolicy).to.equal(undefined);
  });

  it('hands every setting of the spec on', () => {
    const text = JSON.stringify(desired(everything, { web: { image: 'other:2', revision: 1, update: '' } }));
    for (const value of [
      'other:2',
      'Always',
      'registry',
      'DEMO_TRAVELLER',
      '"team":"travel"',
      '"note":"x"',
      'ssd',
      '"topologyKey":"rack"',
      '"topologyKey":"zone"',
      'high',
      '30500',
      '"lb":"yes"',
      '"host":"book.example.com"',
      '"ingressClassName":"nginx"',
      '"hosts":["book.example.com"],"secretName":"book-tls"',
      '"cert-manager.io/issuer":"ca"',
      '"parentRefs":[{"name":"public","namespace":"gateways","sectionName":"https","port":443}]',
      '"hostnames":["book.example.org"]',
      '"CAPACITY_PER_DEPARTURE":"9"',
      'trappist-1',
      '9Gi',
      'fast',
      'max_connections = 150',
      '"maxReplicas":3',
      '"averageUtilization":50',
      '"stabilizationWindowSeconds":0',
    ]) {
      expect(text).to.contain(value);
    }
  });
});

describe('what is empty', () => {
  it('is left out where it says nothing, and stays where it does', () => {
    const selector = { matchLabels: {}, matchExpressions: [] };
    const object = { labels: {}, list: [], pods: [{ namespaceSelector: {}, labelSelector: selector }], text: '' };
    const pods = [{ namespaceSelector: {}, labelSelector: {} }];
    expect(withoutEmpty(object)).to.deep.equal({ pods, text: '' });
  });

  it('costs nothing where there is none', () => {
    const object = { labels: { a: 'b' }, emptyDir: {}, list: [{ name: 'x' }] };
    expect(withoutEmpty(object)).to.equal(object);
  });
});
