import { dumpYaml } from '@kubernetes/client-node';

/** JSON or YAML for `--output`, with a line break at the end. */
export const documentOf = (format: 'json' | 'yaml', value: unknown): string =>
  format === 'json' ? `${JSON.stringify(value, undefined, 2)}\n` : yamlOf(value);

/** Without references (`&1`, `*1`), which people cannot read. Undefined fields are left out. */
export const yamlOf = (value: unknown): string =>
  dumpYaml(JSON.parse(JSON.stringify(value)), { noRefs: true, lineWidth: -1 });
