import { asciiDomain } from '../mail/address.ts';

/**
 * What two usernames are compared by. Case, the way in which Unicode writes a letter (composed, full width, ligature), invisible
 * characters and the kind of white space make no difference.
 */
export function usernameIdentity(username: string): string {
  return folded(username);
}

/** What two e-mail addresses are compared by: the domain in ASCII, because browsers send it either so or as it was typed. */
export function emailIdentity(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${folded(address.slice(0, Math.max(at, 0)))}@${asciiDomain(domain) || folded(domain)}`;
}

/**
 * JavaScript has no case folding. Small, capital and again small letters come to the same: the final sigma, the sharp s and the
 * dotless i then count as what their capitals are.
 */
function folded(text: string): string {
  const visible = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  const small = visible.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  return small
    .replace(/ς/g, 'σ')
    .replace(/i\u0307/g, 'i')
    .replace(/\s+/gu, ' ')
    .trim();
}
