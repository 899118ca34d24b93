import { asciiDomain } from '../mail/address.ts';

/**
 * The form in which two usernames are compared. It ignores case, the way in which Unicode writes a letter (composed, full width,
 * ligature), invisible characters, and the kind and amount of white space.
 */
export function usernameIdentity(username: string): string {
  return folded(username);
}

/** The form in which two e-mail addresses are compared. The domain is in ASCII: some browsers send it so, others send it as typed. */
export function emailIdentity(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${folded(address.slice(0, Math.max(at, 0)))}@${asciiDomain(domain) || folded(domain)}`;
}

/**
 * JavaScript has no case folding. Lower case, upper case and lower case again has the same effect. The final sigma, the sharp s and
 * the dotless i become what their capitals become.
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
