import type { Crd, Schema } from './schema.ts';

/** A page of Markdown about every field of a resource: type, default, bounds, rules and description. */
export function crdReference({ spec: { group, names, versions } }: Crd): string {
  return versions
    .flatMap(({ name, additionalPrinterColumns = [], schema: { openAPIV3Schema: root } }) => {
      const { spec = {}, status = {} } = root.properties ?? {};
      const page = new Page();
      return [
        `# ${names.kind}: reference`,
        '<!-- Generated from the schema by `npm run docs`. Change crds/ instead. -->',
        `\`${group}/${name}\`, kind \`${names.kind}\`, plural \`${names.plural}\`${shortNames(names.shortNames)}. ${root.description ?? ''}`,
        'The API server checks every rule on this page. `kubectl explain` shows the same descriptions.',
        ...rules(root, ''),
        '## spec',
        spec.description ?? '',
        ...rules(spec, ''),
        ...page.sections('spec', spec),
        '## status',
        status.description ?? '',
        ...page.sections('status', status),
        '## Columns of `kubectl get`',
        ...additionalPrinterColumns.map(
          ({ name, description, priority = 0 }) =>
            `- **${name}**${priority > 0 ? ' (`--output wide`)' : ''}${description === undefined ? '' : `: ${description}`}`,
        ),
      ];
    })
    .join('\n\n')
    .concat('\n');
}

/** Remembers the properties that it has shown, so that what several fields share is shown once. */
class Page {
  readonly #shown = new Map<Schema['properties'], string>();

  /** A section for each field below `path`. */
  sections(path: string, schema: Schema): string[] {
    return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
      const title = `${path}.${name}`;
      const inner = this.#fields(title, '', field);
      return [
        `### ${title}`,
        `${sentence(facts(field, schema.required?.includes(name)))} ${field.description ?? ''}`.trim(),
        ...patterns(field, ''),
        ...rules(field, ''),
        ...(inner.length === 0 ? [] : [inner.join('\n')]),
      ];
    });
  }

  /** An item for each field inside a field, at any depth, named by its path from the section. */
  #fields(title: string, path: string, schema: Schema): string[] {
    const [inner, mark] = innerOf(schema);
    const { properties } = inner;
    if (properties === undefined) return [];
    const shownAt = this.#shown.get(properties);
    const here = `${path}${mark}`;
    if (shownAt !== undefined)
      return [`- The fields ${here === '' ? '' : `of \`${here}\` `}are those of \`${shownAt}\`.`];
    this.#shown.set(properties, `${title}${here === '' || here.startsWith('[') ? here : `.${here}`}`);
    return Object.entries(properties).flatMap(([name, field]) => {
      const own = here === '' ? name : `${here}.${name}`;
      const told = `- \`${own}\` (${facts(field, inner.required?.includes(name))})`;
      return [
        field.description === undefined ? told : `${told}: ${field.description}`,
        ...patterns(field, '  '),
        ...rules(field, '  '),
        ...this.#fields(title, own, field),
      ];
    });
  }
}

/** What holds the fields of an object, a list of objects or a map of objects, and how a path shows that. */
function innerOf(schema: Schema): [Schema, string] {
  if (schema.items !== undefined) return [schema.items, '[]'];
  if (schema.additionalProperties !== undefined) return [schema.additionalProperties, '.*'];
  return [schema, ''];
}

/** Type, values, bounds and default, separated by commas. */
function facts(schema: Schema, isRequired = false): string {
  const values = schema.enum?.map((value) => `\`${value}\``);
  return [
    ...(isRequired ? ['required'] : []),
    values === undefined ? typeOf(schema) : `one of ${values.join(', ')}`,
    ...bounds(schema),
    ...(schema.default === undefined ? [] : [`default \`${defaultOf(schema.default)}\``]),
  ].join(', ');
}

const sentence = (text: string): string => `_${text.charAt(0).toUpperCase()}${text.slice(1)}._`;

const defaultOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const shortNames = (names: readonly string[] = []): string => names.map((name) => `, short name \`${name}\``).join('');

function typeOf(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (schema.items !== undefined) {
    const keys = schema['x-kubernetes-list-map-keys'];
    const unique = keys === undefined ? '' : `, unique by ${keys.map((key) => `\`${key}\``).join(' and ')}`;
    return `${schema['x-kubernetes-list-type'] === 'set' ? 'set' : 'list'} of ${typeOf(schema.items)}${unique}`;
  }
  if (schema.additionalProperties !== undefined) return `map of ${typeOf(schema.additionalProperties)}`;
  return schema.format === 'date-time' ? 'time' : (schema.type ?? 'any');
}

function bounds(schema: Schema): string[] {
  return [
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, 'characters'),
    range(schema.minItems, schema.maxItems, 'items'),
    range(schema.minProperties, schema.maxProperties, 'entries'),
    ...(schema.items === undefined ? [] : bounds(schema.items).map((each) => `each ${each}`)),
    ...(schema.additionalProperties === undefined
      ? []
      : bounds(schema.additionalProperties).map((each) => `each ${each}`)),
  ].filter((text) => text !== '');
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return `at least ${least ?? ''} ${unit}`.trim();
  if (least === undefined) return `at most ${most} ${unit}`.trim();
  return `${least === most ? `exactly ${most}` : `${least} to ${most}`} ${unit}`.trim();
}

/** The pattern of a text, or of each text in a list or map. */
function patterns(schema: Schema, indent: string): string[] {
  const pattern = schema.pattern ?? schema.items?.pattern ?? schema.additionalProperties?.pattern;
  return pattern === undefined ? [] : [`${indent}- Pattern: \`${pattern}\``];
}

/** What the rules in CEL demand of a field, and of each item of a list, in the words of their messages. */
function rules(schema: Schema, indent: string): string[] {
  const items = [...rulesOf(schema), ...(schema.items === undefined ? [] : rulesOf(schema.items))].map(
    ({ message, rule }) => `${indent}- Rule: ${message ?? `\`${rule}\``}.`,
  );
  return indent === '' && items.length > 0 ? [items.join('\n')] : items;
}

const rulesOf = (schema: Schema) => schema['x-kubernetes-validations'] ?? [];
