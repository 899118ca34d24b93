import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A key pair with its certificate, PEM. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

export interface Authority extends Certificate {
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly keyId: Buffer;
}

export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  /** DNS names and IPv4 addresses that it serves. */
  readonly hosts?: readonly string[];
}

/** A certificate authority of a test cluster: ECDSA P-256, a year. X.509 as in RFC 5280; Node signs but cannot compose certificates. */
export function createAuthority(name: string): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = keyIdOf(publicKey);
  const certificate = compose({ commonName: name }, publicKey, { name, privateKey, keyId }, [
    extension(OID.basicConstraints, sequence(BOOLEAN_TRUE), true),
    extension(OID.keyUsage, bits(0x86, 1), true), // digitalSignature, keyCertSign, cRLSign
    extension(OID.subjectKeyId, tagged(0x04, keyId)),
  ]);
  return { name, key: pemKey(privateKey), certificate, privateKey, keyId };
}

/** A certificate for a server, a client or both at once. */
export function issue(authority: Authority, subject: Subject): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const hosts = subject.hosts ?? [];
  const certificate = compose(subject, publicKey, authority, [
    extension(OID.basicConstraints, sequence(), true),
    extension(OID.keyUsage, bits(0xa0, 5), true), // digitalSignature, keyEncipherment
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth), oid(OID.clientAuth))),
    extension(OID.authorityKeyId, sequence(tagged(0x80, authority.keyId))),
    ...(hosts.length === 0 ? [] : [extension(OID.subjectAltName, sequence(...hosts.map(alternativeName)))]),
  ]);
  return { key: pemKey(privateKey), certificate };
}

/** A key pair for signing service account tokens, PEM. */
export function createSigningKey(): { readonly key: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key: pemKey(privateKey), publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

const OID = {
  commonName: [2, 5, 4, 3],
  organization: [2, 5, 4, 10],
  subjectKeyId: [2, 5, 29, 14],
  keyUsage: [2, 5, 29, 15],
  subjectAltName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
  authorityKeyId: [2, 5, 29, 35],
  extendedKeyUsage: [2, 5, 29, 37],
  serverAuth: [1, 3, 6, 1, 5, 5, 7, 3, 1],
  clientAuth: [1, 3, 6, 1, 5, 5, 7, 3, 2],
  ecdsaWithSha256: [1, 2, 840, 10045, 4, 3, 2],
} as const;

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const BOOLEAN_TRUE = Buffer.from([0x01, 0x01, 0xff]);

function compose(
  subject: Subject,
  publicKey: KeyObject,
  issuer: Pick<Authority, 'name' | 'privateKey' | 'keyId'>,
  extensions: readonly Buffer[],
): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const now = Date.now();
  const toBeSigned = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))), // version 3
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])), // serial number, positive
    algorithm,
    distinguishedName({ commonName: issuer.name }),
    sequence(time(new Date(now - HOUR_MS)), time(new Date(now + YEAR_MS))),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuer.privateKey);
  return pem(
    'CERTIFICATE',
    sequence(toBeSigned, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature]))),
  );
}

function distinguishedName({ commonName, organization }: Subject): Buffer {
  const attribute = (id: readonly number[], value: string) =>
    tagged(0x31, sequence(oid(id), tagged(0x0c, Buffer.from(value))));
  return sequence(
    ...(organization === undefined ? [] : [attribute(OID.organization, organization)]),
    attribute(OID.commonName, commonName),
  );
}

function alternativeName(host: string): Buffer {
  return isIPv4(host) ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host));
}

function extension(id: readonly number[], value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [BOOLEAN_TRUE] : []), tagged(0x04, value));
}

/** UTCTime until 2049 and GeneralizedTime after, as RFC 5280 4.1.2.5 wants. */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const base128 = (value: number): number[] =>
    value < 128 ? [value] : [...base128(value >> 7).map((byte) => byte | 0x80), value & 0x7f];
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function bits(byte: number, unused: number): Buffer {
  return tagged(0x03, Buffer.from([unused, byte]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function pemKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
