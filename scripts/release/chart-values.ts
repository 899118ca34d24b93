import { isMap, isScalar, parseDocument, type Pair } from 'yaml';

/** A value of the chart, as its comment tells it. */
export interface ChartValue {
  /** With dots between the names. */
  readonly name: string;
  readonly preset: unknown;
  readonly meaning: string;
}

/** The values that have a comment. What stands below such a value is part of it. */
export function documentedValues(values: string): ChartValue[] {
  const { contents } = parseDocument(values);
  return isMap(contents) ? contents.items.flatMap((pair, index) => valuesOf(pair, '', index === 0 && contents)) : [];
}

/** The comment of the first value of a map stands at the map. */
function valuesOf(pair: Pair, prefix: string, map: unknown): ChartValue[] {
  const { key, value } = pair;
  if (!isScalar(key)) return [];
  const name = `${prefix}${String(key.value)}`;
  const comment = key.commentBefore ?? (isMap(map) ? map.commentBefore : undefined);
  if (typeof comment === 'string') return [{ name, preset: plain(value), meaning: sentence(comment) }];
  return isMap(value) ? value.items.flatMap((child, index) => valuesOf(child, `${name}.`, index === 0 && value)) : [];
}

const plain = (value: unknown): unknown => (isMap(value) || isScalar(value) ? value.toJSON() : []);

function shown(preset: unknown): string {
  if (preset === '') return '';
  const text = typeof preset === 'string' ? preset : JSON.stringify(preset);
  return typeof preset === 'object' && text.length > 2 ? 'see `values.yaml`' : `\`${text}\``;
}

const sentence = (comment: string): string =>
  comment
    .split('\n')
    .map((line) => line.trim())
    .join(' ');

/** A Markdown table of the values. */
export function valuesTable(values: string): string {
  const rows = documentedValues(values).map(({ name, preset, meaning }) => {
    return `| \`${name}\` | ${shown(preset)} | ${meaning} |`;
  });
  return ['| value | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}
