import { GROUP } from '../../api/vacation-app.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { REDACTED } from './scrub.ts';

/** What no object has in a report. */
export const ALWAYS_REDACTED: readonly string[] = [
  'Secrets and ConfigMaps: their data. Section "Secrets" has the names of keys and sizes',
  'All objects: managedFields',
  'Nodes: machineID, systemUUID and bootID, and the list of images',
];

/** What was taken out of an object. */
export interface Redaction {
  /** `VacationApp/milky-way`. */
  readonly object: string;
  /** What of it: `value of environment variable DEMO_TRAVELLER`. */
  readonly what: string;
}

export interface Redacted {
  readonly object: unknown;
  readonly redactions: readonly Redaction[];
}

/** Fields that hold a text of somebody's, called like a credential. The names of Secrets and of service accounts may stay. */
const CREDENTIAL = /(password|passwd|passphrase|secret|token|credential|api-?_?key|access-?_?key|private)/i;
const REFERENCE = /(name|names|ref|refs|selector|namespace)$/i;

/**
 * An object of the API server without what must not be in a report:
 *
 * 1. values of environment variables,
 * 2. annotations that are not the operator's own,
 * 3. the content of Secrets and ConfigMaps, but for the sizes,
 * 4. commands, arguments and HTTP headers of containers,
 * 5. texts in fields that are called like a credential,
 * 6. who wrote which field (`managedFields`), which is long and of no use.
 *
 * `words` is applied to each text that remains.
 */
export function redact(object: KubeObject, words: (text: string) => string): Redacted {
  const name = `${object.kind ?? ''}/${object.metadata.name}`;
  const redactions: Redaction[] = [];
  const took = (what: string): string => {
    redactions.push({ object: name, what });
    return REDACTED;
  };
  const isContent = object.kind === 'Secret' || object.kind === 'ConfigMap';

  const visit = (value: unknown, key: string, isTop = false): unknown => {
    if (typeof value === 'string') return key !== '' && isCredential(key) ? took(`field ${key}`) : words(value);
    if (Array.isArray(value)) {
      if (key === 'env') return value.map(variable);
      if (key === 'command' || key === 'args') return [took(`${key} of a container`)];
      if (key === 'httpHeaders') return [{ name: took('HTTP headers of a probe') }];
      return value.map((item) => visit(item, ''));
    }
    if (typeof value !== 'object' || value === null) return value;
    if (key === 'annotations') return annotations(value as Readonly<Record<string, unknown>>);
    const entries = Object.entries(value).flatMap(([field, item]): [string, unknown][] => {
      if (field === 'managedFields') return [];
      if (isTop && isContent && /^(data|stringData|binaryData)$/.test(field)) return [[field, sizes(item, field)]];
      return [[field, visit(item, field)]];
    });
    return Object.fromEntries(entries);
  };

  function variable(item: unknown): unknown {
    const { name = '', value, ...rest } = item as { readonly name?: string; readonly value?: string };
    const shown = value === undefined ? {} : { value: took(`value of environment variable ${name}`) };
    return { name, ...shown, ...(visit(rest, '') as object) };
  }

  const annotations = (given: Readonly<Record<string, unknown>>): object =>
    Object.fromEntries(
      Object.entries(given).map(([key, value]) => [
        key,
        key.startsWith(`${GROUP}/`) ? visit(value, '') : took(`annotation ${key}`),
      ]),
    );

  function sizes(content: unknown, field: string): object {
    const entries = Object.entries((content ?? {}) as Readonly<Record<string, string>>);
    return Object.fromEntries(
      entries.map(([key, value]) => {
        took(`content of ${key}`);
        const encoding = object.kind === 'Secret' && field === 'data' ? 'base64' : 'utf8';
        return [key, `[redacted: ${Buffer.from(value, encoding).length} bytes]`];
      }),
    );
  }

  return { object: visit(object, '', true), redactions };
}

const isCredential = (field: string): boolean => CREDENTIAL.test(field) && !REFERENCE.test(field);

/** One line for each object, with everything that was taken out of it. */
export function redactionLines(redactions: readonly Redaction[]): string[] {
  const byObject = new Map<string, Set<string>>();
  for (const { object, what } of redactions) byObject.set(object, (byObject.get(object) ?? new Set()).add(what));
  return [...byObject].map(([object, whats]) => `${object}: ${[...whats].join(', ')}`);
}
