import { expect } from 'chai';
import fc from 'fast-check';
import { withDefaults } from '../../../operator/api/defaults.ts';
import { shapeFault } from '../../../operator/api/shape.ts';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import { desiredObjects } from '../../../operator/vacation-app/children/children.ts';
import { userSecretNames, userSecretFault } from '../../../operator/vacation-app/credentials/user-secrets.ts';
import { partOfVolume } from '../../../operator/vacation-app/database/managed/volume.ts';
import { planOf } from '../../../operator/vacation-app/plan.ts';
import { waitsOf } from '../../../operator/vacation-app/children/steps.ts';
import { statusOf } from '../../../operator/vacation-app/status/status.ts';
import { replicasToHandOver } from '../../../operator/vacation-app/web/replicas.ts';
import { readCrd } from '../../support/crd.ts';
import { anyText, chosen } from '../../support/property.ts';
import {
  aCompleteApp,
  aUserSecret,
  aServingWorld,
  aVacationApp,
  aVolumeClaim,
  DEFAULTS,
  someFacts,
} from '../../support/vacation-app.ts';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

interface Crd {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}

/** An app with a spec that the types do not allow, as one may come from a cluster. */
const appWith = (spec: unknown): VacationApp => ({ ...aVacationApp(), spec }) as VacationApp;

const text = fc.oneof(
  anyText,
  fc.constantFrom('login', 'mysql:9', 'db.example.com', '2Gi', 'DB_POOL_SIZE', '__proto__'),
);
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));

/** A value of the schema's type, whatever its rules say of it; now and then of any other type. */
const valueOf = (schema: Schema, name = ''): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 80, arbitrary: typed(schema, name) }, { weight: 1, arbitrary: fc.jsonValue() });

function typed({ type, enum: words, items, ...schema }: Schema, name = ''): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object':
      // It is only passed on, and by far the largest part.
      if (name === 'affinity') return fc.dictionary(text, fc.jsonValue(), { maxKeys: 2 });
      return schema.additionalProperties
        ? fc.dictionary(text, valueOf(schema.additionalProperties), { maxKeys: 4 })
        : recordOf(schema);
    case 'array':
      return fc.array(valueOf(items ?? {}), { maxLength: 3 });
    case 'string':
      if (/secretName$/i.test(name)) return fc.constantFrom('login', 'ca');
      return words ? fc.oneof(fc.constantFrom(...words), text) : text;
    case 'integer':
      return number;
    case 'boolean':
      return fc.boolean();
    default:
      return fc.oneof(number, text);
  }
}

const recordOf = ({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> =>
  fc.record(Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, name)])), {
    requiredKeys: [...required],
  });

/** All that is computed from a spec in a reconcile. */
function computeAll(declared: VacationApp): void {
  const app = withDefaults(declared);
  const secret = aUserSecret({ username: 'a', password: 'b' });
  const userSecrets = new Map(userSecretNames(declared).map((name) => [name, secret]));
  userSecretFault(app, userSecrets);
  for (const observed of [
    aServingWorld({ userSecrets }),
    aServingWorld({ userSecrets, deployment: undefined, volumeClaim: undefined }),
  ]) {
    const plan = planOf(app, observed, DEFAULTS, new Date(0));
    const { web, mysql } = plan.facts;
    desiredObjects(app, someFacts({ web: { ...web, revision: 1 }, mysql: { ...mysql, revision: 1 } }));
    replicasToHandOver(app, observed.deployment);
    statusOf({ ...plan, waits: waitsOf(plan), defaults: DEFAULTS, failure: undefined, now: new Date(0) });
  }
}

describe('the shape of a spec', () => {
  const login = { host: 'db', name: 'travel', credentialsSecretName: 'login' };
  const faults: readonly (readonly [spec: unknown, fault: string])[] = [
    [undefined, 'spec must be an object'],
    [null, 'spec must be an object'],
    [[], 'spec must be an object'],
    [{ env: {} }, 'spec.env must be a list'],
    [{ env: [{ name: 'A' }, 7] }, 'spec.env[1] must be an object'],
    [{ env: [{}] }, 'spec.env[0].name is required'],
    [{ replicas: '3' }, 'spec.replicas must be a number'],
    [{ pod: { labels: { team: 7 } } }, 'spec.pod.labels[*] must be a string'],
    [{ resources: { requests: { cpu: {} } } }, 'spec.resources[*][*] must be a number or a string'],
    [{ gateway: {} }, 'spec.gateway.parentRefs is required'],
    [{ credentials: { secretName: '..' } }, 'spec.credentials.secretName must be the name of a Secret'],
    [
      { database: { external: { ...login, credentialsSecretName: '../x' } } },
      'spec.database.external.credentialsSecretName must be the name of a Secret',
    ],
    [
      { database: { external: login, managed: {} } },
      'spec.database must be managed or external: both would hold the data',
    ],
  ];
  for (const [spec, fault] of faults) {
    it(`is wrong: ${fault}`, () => {
      expect(shapeFault(appWith(spec))).to.equal(fault);
    });
  }

  it('is right where only values break a rule, and of fields that nobody knows', () => {
    const specs = [
      {},
      { replicas: 0, autoscaling: { minReplicas: 11 }, mode: 'Asleep', deletionPolicy: 'Keep' },
      { env: [{ name: 'NODE_OPTIONS', value: '--inspect' }], image: 'a b', service: { nodePort: 1 } },
      { database: { external: { ...login, host: 'a b', tls: { mode: 'Sometimes' } } } },
      { colour: 7, pod: { annotations: { constructor: 'a', ['__proto__']: 'b' } } },
    ];
    for (const spec of specs) expect(shapeFault(appWith(spec)), JSON.stringify(spec)).to.equal(undefined);
  });

  it('is told of any spec', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (spec) => {
        expect(shapeFault(appWith(spec))).to.satisfy((fault: unknown) => fault === undefined || fault !== '');
      }),
      chosen(200),
    );
  });

  it('is all that builders and the status need: they throw for no spec of the right shape', async () => {
    const crd = await readCrd<Crd>();
    const schema = crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {};
    fc.assert(
      fc.property(typed(schema), (spec) => {
        const app = appWith(JSON.parse(JSON.stringify(spec)));
        fc.pre(shapeFault(app) === undefined);
        computeAll(app);
      }),
      chosen(200),
    );
  });
});

describe('a value that this operator does not know', () => {
  const spec = { mode: 'Asleep', deletionPolicy: 'Keep', networkPolicy: 'Strict' } as unknown as VacationApp['spec'];
  const unknown = aCompleteApp({ spec });

  it('removes no child and stops nothing', () => {
    expect(desiredObjects(unknown, someFacts())).to.deep.equal(desiredObjects(aCompleteApp(), someFacts()));
  });

  it('makes no volume go with the app', () => {
    const claim = aVolumeClaim();
    const record = { 'interstellar.dev/migrated': 'm' };
    expect(partOfVolume(unknown, claim, record)?.metadata.ownerReferences).to.equal(undefined);
    const deleting = aCompleteApp({ spec: { deletionPolicy: 'Delete' } });
    expect(partOfVolume(deleting, claim, record)?.metadata.ownerReferences).to.have.length(1);
  });

  it('protects the way to a database as well as any', () => {
    const external = { host: 'db', name: 'travel', credentialsSecretName: 'login', tls: { mode: 'constructor' } };
    const app = aCompleteApp({ spec: { database: { external } } as unknown as VacationApp['spec'] });
    expect(JSON.stringify(desiredObjects(app, someFacts()))).to.contain('{"name":"DB_TLS","value":"verify-identity"}');
  });
});
