import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/cluster/paths.ts';
import { readCrd } from '../support/crd.ts';

describe('what docs/security.md says of `create vacationapps`', () => {
  interface Schema {
    readonly properties?: Readonly<Record<string, Schema>>;
  }
  interface Crd {
    readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
  }

  it('has every field of the spec, and each of those that reach far', async () => {
    const { spec } = await readCrd<Crd>();
    const fields = spec.versions[0]?.schema.openAPIV3Schema.properties?.spec?.properties ?? {};
    const { pod, service, ingress, gateway, database } = fields;
    const inner = [pod, service, ingress, gateway, database?.properties?.managed];
    const names = [fields, ...inner.map((schema) => schema?.properties ?? {})].flatMap((each) => Object.keys(each));
    expect(names).to.have.length.above(35);
    const section = (await readFile(join(root, 'docs', 'security.md'), 'utf8')).split(/^## /m)[1] ?? '';
    const words = new Set([...section.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.split(/\W+/)));
    expect(names.filter((name) => !words.has(name))).to.deep.equal([]);
  });
});
