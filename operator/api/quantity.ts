const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANOS = 10n ** 9n;

/**
 * A quantity as the API server writes it (`500m` for `0.5`, `1Gi` for `1024Mi`), so that what is wanted can be compared with what is there.
 * What is no quantity stays as it is, for the API server to refuse.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function canonicalQuantity(quantity: string | number): string {
  const text = String(quantity);
  const [, whole, fraction = '', suffix = ''] = /^(\d+)(?:\.(\d{0,9}))?([a-zA-Z]*)$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const mantissa = BigInt(whole + fraction.padEnd(9, '0'));
  const binary = BINARY.indexOf(suffix);
  if (binary > 0) return binaryOf(mantissa * 1024n ** BigInt(binary));
  const decimal = DECIMAL.indexOf(suffix);
  return decimal < 0 ? text : decimalOf((mantissa * 1000n ** BigInt(decimal)) / NANOS);
}

function binaryOf(nanos: bigint): string {
  if (nanos < 1024n * NANOS) return decimalOf(nanos);
  return shortest((nanos + NANOS - 1n) / NANOS, 1024n, BINARY);
}

const decimalOf = (nanos: bigint): string => (nanos === 0n ? '0' : shortest(nanos, 1000n, DECIMAL));

function shortest(amount: bigint, base: bigint, suffixes: readonly string[]): string {
  let rest = amount;
  let power = 0;
  while (rest % base === 0n && power < suffixes.length - 1) {
    rest /= base;
    power += 1;
  }
  return `${rest}${suffixes[power] ?? ''}`;
}
