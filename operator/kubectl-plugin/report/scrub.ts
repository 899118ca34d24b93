/** Texts that must not be in a report: what Secrets and environment variables hold. */
export interface Known {
  /** Where it is from, for the list of what was redacted: `Secret milky-way-credentials`. */
  readonly origin: string;
  readonly value: string;
}

/** Shorter values are no secrets, and would be found everywhere. */
const SHORTEST = 4;
/** A shorter value is replaced only where it stands alone, as it may be part of a word. */
const SHORTEST_ANYWHERE = 12;

export const REDACTED = '[redacted]';

interface Pattern {
  readonly what: string;
  readonly pattern: RegExp;
  /** The groups that stay, before and after what is redacted. */
  readonly replacement: string;
}

/** What looks like a credential, whoever wrote it. */
const PATTERNS: readonly Pattern[] = [
  {
    what: 'private keys',
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    replacement: REDACTED,
  },
  {
    what: 'user and password of a URL',
    pattern: /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi,
    replacement: `$1${REDACTED}@`,
  },
  {
    what: 'JSON web tokens',
    pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)?/g,
    replacement: REDACTED,
  },
  {
    what: 'values of authorization headers',
    pattern: /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
    replacement: `$1 ${REDACTED}`,
  },
  {
    what: 'values that are called a password, secret, token or key',
    pattern:
      /((?:^|[^A-Za-z])(?:[A-Za-z]+[_-])*(?:password|passwd|passphrase|pwd|secret|secret[_-]?key|api[_-]?key|access[_-]?key|token|session|cookie)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"'}\]]+)/gi,
    replacement: `$1${REDACTED}`,
  },
];

export interface Scrubber {
  /** Replaces what is known and what looks like a credential. For logs and messages. */
  readonly text: (text: string) => string;
  /** Replaces what is known only. For texts that are made of fields that were redacted one by one. */
  readonly known: (text: string) => string;
  /** What was replaced, and how often. */
  readonly counts: ReadonlyMap<string, number>;
}

/** `publicNames`: names of objects and hosts, which stay although a Secret or an environment variable holds them too. */
export function createScrubber(known: readonly Known[], publicNames: ReadonlySet<string>): Scrubber {
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const forms = known.flatMap(({ origin, value }) =>
    formsOf(value)
      .filter((form) => form.length >= SHORTEST && !publicNames.has(form))
      .map((form) => ({ origin, pattern: patternOf(form), length: form.length })),
  );
  // A longer value may contain a shorter one.
  forms.sort((a, b) => b.length - a.length);
  const replaced = (text: string, pattern: RegExp, replacement: string, what: string): string =>
    text.replaceAll(pattern, (...found: unknown[]) => {
      count(what);
      return replacement.replaceAll(
        /\$(\d)/g,
        (_, group: string) => (found[Number(group)] as string | undefined) ?? '',
      );
    });
  const withoutKnown = (text: string): string =>
    forms.reduce((rest, { origin, pattern }) => replaced(rest, pattern, REDACTED, `values of ${origin}`), text);
  return {
    known: withoutKnown,
    text: (text) =>
      PATTERNS.reduce(
        (rest, { what, pattern, replacement }) => replaced(rest, pattern, replacement, what),
        withoutKnown(text),
      ),
    counts,
  };
}

/** Fields of models that hold what the operator or others have written for people. */
const WORDS: ReadonlySet<string> = new Set(['message', 'words']);

/** A model whose messages are scrubbed. Do it before they are wrapped: a line break within a value would hide it. */
export const withScrubbedWords = <T>(model: T, scrubber: Pick<Scrubber, 'text'>): T =>
  scrubbedWords(model, scrubber) as T;

function scrubbedWords(value: unknown, scrubber: Pick<Scrubber, 'text'>): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => scrubbedWords(item, scrubber));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]: [string, unknown]) => [
      field,
      typeof item === 'string' && WORDS.has(field) ? scrubber.text(item) : scrubbedWords(item, scrubber),
    ]),
  );
}

/** A value as it may be written: itself, trimmed, each of its lines, in JSON, in base64 and in a URL, and the parts of a URL's credentials. */
function formsOf(value: string): string[] {
  const parts = [
    value,
    value.trim(),
    ...value.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_ANYWHERE),
  ];
  const credentials = /^[a-z][a-z0-9+.-]*:\/\/[^:/@]*:([^@]*)@/i.exec(value)?.[1];
  if (credentials !== undefined) parts.push(credentials, decoded(credentials));
  const forms = parts.flatMap((part) => [
    part,
    JSON.stringify(part).slice(1, -1),
    Buffer.from(part).toString('base64'),
    encodeURIComponent(part.toWellFormed()),
  ]);
  return [...new Set(forms)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function patternOf(form: string): RegExp {
  const literal = form.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return form.length >= SHORTEST_ANYWHERE
    ? new RegExp(literal, 'g')
    : new RegExp(`(?<![A-Za-z0-9_-])${literal}(?![A-Za-z0-9_-])`, 'g');
}
