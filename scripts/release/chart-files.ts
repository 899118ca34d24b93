import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../cluster/paths.ts';
import { TEMPLATES, templateOf } from './chart-templates.ts';
import { valuesTable } from './chart-values.ts';

const CHART = 'config/chart';
const README = `${CHART}/README.md`;

const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

/** The files of the chart that are made from others, by their paths: templates from the kustomization, the table of values in the README. */
export async function chartFiles(): Promise<Record<string, string>> {
  const templates = TEMPLATES.map(async (from) => {
    return [`${CHART}/templates/${from.template}`, templateOf(from, await read(from.source))] as const;
  });
  return { ...Object.fromEntries(await Promise.all(templates)), [README]: await readmeWithTable() };
}

async function readmeWithTable(): Promise<string> {
  const [before = '', after = ''] = (await read(README)).split(/^\| value .*\n(?:\|.*\n)+/m);
  const text = `${before}${valuesTable(await read(`${CHART}/values.yaml`))}\n${after}`;
  return format(text, { ...(await resolveConfig(join(root, README))), filepath: README });
}
