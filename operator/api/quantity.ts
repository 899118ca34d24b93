const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANOS = 10n ** 9n;

/**
 * A quantity in the API server's canonical form (`500m` for `0.5`, `1Gi` for `1024Mi`), so that desired and live values can be compared.
 * Returns an invalid quantity unchanged. The API server refuses it.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function canonicalQuantity(quantity: string | number): string {
  const amount = amountOf(quantity);
  if (amount === undefined) return String(quantity);
  return amount.isBinary ? binaryOf(amount.nanos) : decimalOf(amount.nanos);
}

/** Whether `one` is more than `other`. False if one of them is not a quantity. */
export function isMore(one: string | number, other: string | number): boolean {
  const [more, less] = [amountOf(one), amountOf(other)];
  return more !== undefined && less !== undefined && more.nanos > less.nanos;
}

function amountOf(quantity: string | number): { nanos: bigint; isBinary: boolean } | undefined {
  const [, whole, fraction = '', suffix = ''] = /^(\d+)(?:\.(\d{0,9}))?([a-zA-Z]*)$/.exec(String(quantity)) ?? [];
  if (whole === undefined) return undefined;
  const mantissa = BigInt(whole + fraction.padEnd(9, '0'));
  const binary = BINARY.indexOf(suffix);
  if (binary > 0) return { nanos: mantissa * 1024n ** BigInt(binary), isBinary: true };
  const decimal = DECIMAL.indexOf(suffix);
  return decimal < 0 ? undefined : { nanos: (mantissa * 1000n ** BigInt(decimal)) / NANOS, isBinary: false };
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
