import { expect } from 'chai';
import { readSchema, schemasIn, type Schema } from '../../../operator/api/schema.ts';
import { createRulesCheck } from '../../../operator/api/rules.ts';
import { createStructureCheck } from '../../../operator/api/structure.ts';
import { createValidation } from '../../../operator/api/validation.ts';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import { readCrd } from '../../support/crd.ts';
import { aVacationApp } from '../../support/vacation-app.ts';

const validate = createValidation(readSchema());
/** Of a spec that the types do not allow, as one may come from a cluster. */
const faultOf = (spec: unknown, name = 'milky-way'): string | undefined =>
  validate({ ...aVacationApp({ metadata: { name } }), spec } as VacationApp);

describe('the rules that the operator holds apps against', () => {
  it('are those of the CRD', async () => {
    const crd = await readCrd<{ spec: { versions: { schema: { openAPIV3Schema: Schema } }[] } }>();
    const own = [...schemasIn(readSchema())];
    const theirs = [...schemasIn(crd.spec.versions[0]?.schema.openAPIV3Schema ?? {})];
    expect(own).to.have.length.above(200);
    expect(own.length).to.equal(theirs.length);
    for (const [index, schema] of theirs.entries()) {
      const { description: _, ...kept } = schema as Schema & { description?: string };
      for (const [keyword, value] of Object.entries(kept)) {
        if (!['properties', 'additionalProperties', 'items'].includes(keyword)) {
          expect(own[index]?.[keyword as keyof Schema]).to.deep.equal(value);
        }
      }
    }
  });

  it('find nothing wrong with an empty spec, nor with one that the API server has not filled in', () => {
    for (const spec of [{}, { autoscaling: {} }, { service: {} }, { mode: null }, { database: { managed: {} } }]) {
      expect(faultOf(spec), JSON.stringify(spec)).to.equal(undefined);
    }
  });

  it('fill in the defaults before they look', () => {
    expect(faultOf({ autoscaling: { minReplicas: 11 } })).to.contain(
      'spec: autoscaling.minReplicas must not be larger',
    );
    expect(faultOf({ service: { nodePort: 30_000 } })).to.contain('spec.service: nodePort needs type');
  });

  it('tell the path and the words of the rule, each of those that are broken', () => {
    expect(faultOf({ replicas: 0, env: [{ name: 'A B' }], gateway: {} })).to.equal(
      "spec.replicas: should be greater than or equal to 1; spec.env[0].name: should match '^[A-Za-z_][A-Za-z0-9_]*$'; " +
        'spec.gateway.parentRefs: Required value',
    );
    expect(faultOf({ pod: { annotations: { 'a/b/c': 'x' } } })).to.match(/^spec\.pod\.annotations: a key has the form/);
    expect(faultOf({ pod: { labels: { team: 'dark blue' } } })).to.match(/^spec\.pod\.labels\[team\]: should match/);
    expect(faultOf({}, '1st')).to.match(/^metadata\.name must start with a letter/);
  });

  it('are told in a text that fits an event, without values', () => {
    const env = Array.from({ length: 60 }, () => ({ name: `${'X'.repeat(120)} `, value: 7 }));
    const fault = faultOf({ env }) ?? '';
    expect(fault).to.contain('; and more');
    expect(faultOf({ pod: { labels: { [`${'x'.repeat(5_000)} `]: 'a b' } } })?.length).to.equal(1_024);
    expect(faultOf({ env: [{ name: 'A', value: 'hunter2'.repeat(2_000) }] })).not.to.contain('hunter2');
  });

  it('bear whatever shape a spec has', () => {
    for (const spec of [undefined, null, 7, 'x', [], { env: {} }, { env: [7] }, { pod: [] }, { database: 'mysql' }]) {
      expect(faultOf(spec), JSON.stringify(spec)).to.match(/must be of type|Required value/);
    }
  });

  it('take keys that are words of the language for keys', () => {
    expect(faultOf({ pod: { annotations: { constructor: 'a', toString: 'b' } } })).to.equal(undefined);
    expect(faultOf({ pod: { annotations: { ['__proto__']: 'c' } } })).to.contain('a key has the form');
    expect(faultOf({ resources: { requests: { constructor: 1 }, limits: { toString: 2 } } })).to.equal(undefined);
  });

  it('read patterns as the API server does', () => {
    const destinations = (name: string): object => ({ booking: { destinations: [{ id: 'a', name }] } });
    expect(faultOf(destinations('\u00a0Proxima\u2028Centauri\u00a0'))).to.equal(undefined);
    expect(faultOf(destinations(' Proxima'))).to.contain('should match');
    expect(faultOf(destinations('🚀'.repeat(60)))).to.equal(undefined);
    expect(faultOf(destinations('🚀'.repeat(61)))).to.contain('Too long');
  });

  it('compare amounts, not their digits', () => {
    const memory = (requests: string | number, limits: string | number): object => ({
      resources: { requests: { memory: requests }, limits: { memory: limits } },
    });
    for (const [requests, limits] of [
      ['1024Mi', '1Gi'],
      ['900M', '1Gi'],
      [1, '1000m'],
    ] as const) {
      expect(faultOf(memory(requests, limits))).to.equal(undefined);
    }
    expect(faultOf(memory('1Gi', '1G'))).to.contain('cannot request more');
  });

  it('leave out what is of changes', () => {
    const ofChanges = [...schemasIn(readSchema())]
      .flatMap((schema) => schema['x-kubernetes-validations'] ?? [])
      .filter(({ rule }) => rule.includes('oldSelf'));
    expect(ofChanges).to.have.length(3);
    expect(faultOf({ database: { managed: { storage: { size: '1Gi', storageClassName: 'fast' } } } })).to.equal(
      undefined,
    );
  });

  it('are not taken where they demand what is not known', () => {
    const odd = { type: 'object', properties: { a: { type: 'string', not: {} } } } as Schema;
    expect(() => createStructureCheck(odd)).to.throw('not known: not');
    const broken: Schema = { 'x-kubernetes-validations': [{ rule: 'unknownFunction(self)', message: 'm' }] };
    expect(() => createRulesCheck(broken)).to.throw('cannot be compiled: unknownFunction(self)');
  });
});
