import { domainToASCII } from 'node:url';

/**
 * What is wrong with an e-mail address that somebody typed. Accepted is RFC 5321's dot-atom before the at sign (no quoted strings) and
 * a host name with at least one dot after it. Letters of every script are accepted on both sides (RFC 6531).
 */
export function emailError(address: string): string | undefined {
  const [local = '', domain = '', ...rest] = address.split('@');
  const ascii = asciiDomain(domain);
  const fits = address.length <= 254 && local.length <= 64 && local.length + 1 + ascii.length <= 254;
  const sound = rest.length === 0 && LOCAL.test(local) && DOMAIN.test(domain) && ASCII_DOMAIN.test(ascii);
  return fits && sound ? undefined : 'Invalid email address.';
}

/** The domain as DNS and mail servers know it: in lower case, with Punycode for other letters. Empty where it is no domain. */
export function asciiDomain(domain: string): string {
  return domainToASCII(domain.normalize('NFC'));
}

/** A mail server takes such an address only if it knows SMTPUTF8: nothing but the domain has a form in ASCII. */
export function needsSmtpUtf8(address: string): boolean {
  return /[^\0-\x7f]/.test(address.slice(0, address.lastIndexOf('@')));
}

/**
 * The text holds an address that mail programs turn into a link. A dot between initials (`J.R. Smith`) is none: the part before the
 * dot has at least two characters, unless a path follows.
 */
export function holdsAddress(text: string): boolean {
  return ADDRESSES.some((pattern) => pattern.test(text.normalize('NFKC')));
}

/** The same, except that a username may look like a bare host name (`ada.lovelace`) or be an e-mail address. */
export function holdsWebLink(text: string): boolean {
  return WEB_LINKS.some((pattern) => pattern.test(text.normalize('NFKC')));
}

const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** No label is longer than 63 characters, and the last is not a number: that would be an IP address. */
const ASCII_DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Host names may have other dots than ours between their labels (UTS 46). */
const WEB_LINKS = [/:\/\//, /\bwww[.。]/i, /[^\s.。][.。][^\s/]+\//u, /(\d+[.。]){3}\d/];
const ADDRESSES = [...WEB_LINKS, /\S@\S/, /[\p{L}\p{M}\p{N}-]{2}[.。][\p{L}\p{M}]{2}/u];
