import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { root } from '../cluster/paths.ts';
import { conditionsReference } from './conditions-reference.ts';
import { crdReference } from './crd-reference.ts';
import type { Crd } from './schema.ts';

/** The generated pages of docs/ by their paths from the root, formatted as all others. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  const crd = parse(await readFile(join(root, 'crds', 'vacationapps.interstellar.dev.yaml'), 'utf8')) as Crd;
  return {
    'docs/reference-vacationapp.md': await formatted(crdReference(crd)),
    'docs/reference-conditions.md': await formatted(conditionsReference()),
  };
}

async function formatted(markdown: string): Promise<string> {
  return format(markdown, { ...(await resolveConfig(join(root, 'README.md'))), parser: 'markdown' });
}
