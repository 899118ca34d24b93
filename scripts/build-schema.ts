// Puts what the operator holds apps against, the schema in crds/ without its descriptions, into a folder: beside the module that reads it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parse } from 'yaml';

interface Crd {
  readonly spec: {
    readonly versions: readonly { readonly storage: boolean; readonly schema: { readonly openAPIV3Schema: object } }[];
  };
}

const crds = join(import.meta.dirname, '..', 'crds');

export function buildSchema(folder: string): void {
  const { spec } = parse(readFileSync(join(crds, 'vacationapps.interstellar.dev.yaml'), 'utf8')) as Crd;
  const stored = spec.versions.find(({ storage }) => storage);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'schema.json'), JSON.stringify(stored?.schema.openAPIV3Schema, withoutDescriptions));
}

const withoutDescriptions = (key: string, value: unknown): unknown =>
  key === 'description' && typeof value === 'string' ? undefined : value;

const [, , folder] = process.argv;
if (import.meta.main && folder !== undefined) buildSchema(folder);
