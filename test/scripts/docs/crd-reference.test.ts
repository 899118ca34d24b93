import { expect } from 'chai';
import { crdReference } from '../../../scripts/docs/crd-reference.ts';
import type { Crd, Schema } from '../../../scripts/docs/schema.ts';
import { readCrd } from '../../support/crd.ts';

const shared = { requests: { type: 'string', maxLength: 8, pattern: '^[0-9]+$', description: 'How much.' } };

const SPEC: Schema = {
  description: 'What it shall be.',
  required: ['mode'],
  'x-kubernetes-validations': [{ rule: 'self.a == self.b', message: 'a and b must be equal' }],
  properties: {
    mode: { type: 'string', enum: ['On', 'Off'], default: 'On', description: 'Whether it runs.' },
    size: { type: 'integer', minimum: 1, maximum: 100, default: 2 },
    env: {
      type: 'array',
      maxItems: 3,
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        'x-kubernetes-validations': [{ rule: 'self.name != ""' }],
        properties: { name: { type: 'string', minLength: 1, description: 'Its name.' } },
      },
    },
    one: { type: 'object', properties: shared },
    other: { type: 'object', properties: shared },
    labels: { type: 'object', maxProperties: 2, additionalProperties: { type: 'string', maxLength: 63 } },
  },
};

const aCrd = (spec: Schema): Crd => ({
  spec: {
    group: 'example.com',
    names: { kind: 'Thing', plural: 'things', shortNames: ['th'] },
    versions: [
      {
        name: 'v1',
        additionalPrinterColumns: [
          { name: 'Ready', description: 'Whether it is.' },
          { name: 'Image', priority: 1 },
        ],
        schema: { openAPIV3Schema: { properties: { spec, status: {} } } },
      },
    ],
  },
});

describe("the reference of a resource's fields", () => {
  const page = crdReference(aCrd(SPEC));

  for (const [what, text] of [
    ['the resource', '`example.com/v1`, kind `Thing`, plural `things`, short name `th`.'],
    ['rules of the whole', '- Rule: a and b must be equal.'],
    ['values, default and that a field is required', '_Required, one of `On`, `Off`, default `On`._ Whether it runs.'],
    ['bounds of a number', '### spec.size\n\n_Integer, 1 to 100, default `2`._'],
    ['a list and its key', '_List of object, unique by `name`, at most 3 items._'],
    ['a rule without a message', '- Rule: `self.name != ""`.'],
    ['a field of the items', '- `[].name` (required, string, at least 1 characters): Its name.'],
    ['a pattern', '- `requests` (string, at most 8 characters): How much.\n  - Pattern: `^[0-9]+$`'],
    ['where shared fields are', '- The fields are those of `spec.one`.'],
    ['a map', '_Map of string, at most 2 entries, each at most 63 characters._'],
    ['columns', '- **Ready**: Whether it is.\n\n- **Image** (`--output wide`)'],
  ] as const)
    it(`has ${what}`, () => expect(page).to.contain(text));

  it('has every field of a VacationApp', async () => {
    const crd = await readCrd<Crd>();
    const reference = crdReference(crd);
    const names = new Set<string>();
    const visit = ({ properties = {}, items, additionalProperties }: Schema): void => {
      for (const [name, field] of Object.entries(properties)) {
        names.add(name);
        visit(field);
      }
      if (items !== undefined) visit(items);
      if (additionalProperties !== undefined) visit(additionalProperties);
    };
    const { spec = {}, status = {} } = crd.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
    visit(spec);
    visit(status);
    expect(names.size).to.be.above(100);
    expect([...names].filter((name) => !new RegExp(`[.\`# ]${name}\\b`).test(reference))).to.deep.equal([]);
  });
});
