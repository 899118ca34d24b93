import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../../scripts/cluster/paths.ts';

/** A CustomResourceDefinition as it stands in `crds/`; client-node's own reader would rename the fields of its schema. */
export async function readCrd<T = object>(): Promise<T> {
  return parse(await readFile(join(root, 'crds', 'vacationapps.interstellar.dev.yaml'), 'utf8')) as T;
}
