import { domainToASCII } from 'node:url';

/**
 * Checks an e-mail address that somebody typed. Before the at sign it accepts RFC 5321's dot-atom (no quoted strings), and after it a
 * host name with at least one dot. Both sides may have letters of any script (RFC 6531).
 */
export function emailError(address: string): string | undefined {
  const [local = '', domain = '', ...rest] = address.split('@');
  const ascii = asciiDomain(domain);
  const fits = address.length <= 254 && local.length <= 64 && local.length + 1 + ascii.length <= 254;
  const sound = rest.length === 0 && LOCAL.test(local) && DOMAIN.test(domain) && ASCII_DOMAIN.test(ascii);
  return fits && sound ? undefined : 'Invalid email address.';
}

/** The domain as DNS and mail servers write it: in lower case, with Punycode for letters beyond ASCII. Empty if it is no domain. */
export function asciiDomain(domain: string): string {
  return domainToASCII(domain.normalize('NFC'));
}

/** The part before the at sign is not ASCII. It has no ASCII form, so only a mail server with SMTPUTF8 accepts it. */
export function needsSmtpUtf8(address: string): boolean {
  return /[^\0-\x7f]/.test(address.slice(0, address.lastIndexOf('@')));
}

/**
 * The text contains an address that mail programs turn into a link. A dot counts if two characters or more are before it, or if a path
 * follows. So initials (`J.R. Smith`) are fine.
 */
export function holdsAddress(text: string): boolean {
  return ADDRESSES.some((pattern) => pattern.test(text.normalize('NFKC')));
}

/** The same for usernames, which may look like a host name (`ada.lovelace`) or be an e-mail address. */
export function holdsWebLink(text: string): boolean {
  return WEB_LINKS.some((pattern) => pattern.test(text.normalize('NFKC')));
}

const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** No label is longer than 63 characters, and the last is not a number: that would be an IP address. */
const ASCII_DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Browsers accept an ideographic full stop in host names, too (UTS 46). */
const WEB_LINKS = [/:\/\//, /\bwww[.。]/i, /[^\s.。][.。][^\s/]+\//u, /(\d+[.。]){3}\d/];
const ADDRESSES = [...WEB_LINKS, /\S@\S/, /[\p{L}\p{M}\p{N}-]{2}[.。][\p{L}\p{M}]{2}/u];
