import { emailError } from './address.ts';
import type { Mailbox } from './letter.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `start`: TLS from the first byte. `upgrade`: STARTTLS, and no mail if the server has none. `off`: no TLS. */
  readonly tls: 'start' | 'upgrade' | 'off';
  readonly user?: string;
  readonly password?: string;
}

const FORM = 'smtps://user:password@host:465 or smtp://user:password@host:587';

/** Reads an SMTP_URL, or says what is wrong with it. The message never quotes the URL, which contains a password. */
export function parseSmtpUrl(text: string): SmtpServer | string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return `must have the form ${FORM}.`;
  const credentials = credentialsOf(url);
  if (!credentials) return 'has a percent sign in its user or password that is not followed by two hex digits.';
  const plain = url.search === '?tls=off';
  if (url.hash !== '' || !['', '/'].includes(url.pathname) || (url.search !== '' && !plain)) {
    return 'can have nothing after the port but ?tls=off.';
  }
  if (plain && url.protocol === 'smtps:') return 'cannot have ?tls=off with smtps.';
  if (plain && credentials.user !== undefined) return 'cannot have ?tls=off with a password, which anybody could read.';
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    tls: secure ? 'start' : plain ? 'off' : 'upgrade',
    ...credentials,
  };
}

function credentialsOf({ username, password }: URL): Pick<SmtpServer, 'user' | 'password'> | undefined {
  if (username === '') return {};
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}

/** Reads `name@example.com` or `Some Name <name@example.com>`. */
export function parseMailbox(text: string): Mailbox | undefined {
  const [, name = '', bracketed] = /^([^<>\p{Cc}]*)<([^<>]*)>$/u.exec(text) ?? [];
  const mailbox = { name: name.trim().replace(/^"(.*)"$/, '$1'), address: bracketed ?? text };
  return emailError(mailbox.address) === undefined ? mailbox : undefined;
}

/** Reads the address of the site, for links in mails. Removes the slash at its end. */
export function parsePublicUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.search !== '') return undefined;
  if (url.pathname !== '/' || url.hash !== '') return undefined;
  return url.origin;
}
