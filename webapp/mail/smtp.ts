import { needsSmtpUtf8 } from './address.ts';
import type { Letter } from './letter.ts';
import { replyOf, type Verdict, verdictOf } from './rules.ts';
import type { SmtpServer } from './settings.ts';

/** Resolves when the server has accepted the letter. Rejects with a DeliveryError. */
export type Deliver = (letter: Letter, signal: AbortSignal) => Promise<void>;

/** Its message contains no text of the server, because that may quote the recipient's address. */
export class DeliveryError extends Error {
  readonly verdict: Verdict;
  constructor(verdict: Verdict, what: string) {
    super(what);
    this.name = 'DeliveryError';
    this.verdict = verdict;
  }
}

export interface SmtpOptions {
  readonly server: SmtpServer;
  /** In PEM. If undefined, the authorities that Node.js knows. */
  readonly authorities: string | undefined;
  readonly timeoutSeconds: number;
}

/** Opens a connection for each letter. A connection that is kept open could have been closed by the server. */
export function createSmtp({ server, authorities, timeoutSeconds }: SmtpOptions): Deliver {
  const timeout = timeoutSeconds * 1000;
  const transport = async () => {
    // imported here, so that it costs memory and start-up time only if mail is sent
    const { createTransport } = await import('nodemailer');
    return createTransport({
      host: server.host,
      port: server.port,
      secure: server.tls === 'start',
      requireTLS: server.tls === 'upgrade',
      ignoreTLS: server.tls === 'off',
      ...(server.user !== undefined && { auth: { user: server.user, pass: server.password ?? '' } }),
      ...(authorities !== undefined && { tls: { ca: authorities } }),
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      dnsTimeout: timeout,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  let made: ReturnType<typeof transport> | undefined;
  return async ({ calendar, ...letter }, signal) => {
    const mailer = await (made ??= transport());
    try {
      await mailer.sendMail({
        ...letter,
        headers: AUTOMATIC,
        ...(calendar && { attachments: [attachmentOf(calendar)] }),
        signal,
      });
    } catch (error) {
      throw deliveryError(error, letter.to.address);
    }
  };
}

function attachmentOf({ fileName, content, method }: NonNullable<Letter['calendar']>) {
  return { filename: fileName, content, contentType: `text/calendar; charset=utf-8; method=${method}` };
}

/** Asks for no automatic answers. Most servers follow RFC 3834; Exchange reads only the second header. */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

interface NodemailerFailure {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
}

/** nodemailer does not say whether the server has SMTPUTF8, and sends every address. So only the server's reply shows a problem. */
function deliveryError(error: unknown, recipient: string): DeliveryError {
  const { code = 'unknown', originalCode, command = '', response = '' } = error as NodemailerFailure;
  const reply = replyOf(response);
  const verdict = verdictOf({ code, command, reply });
  const answer = reply
    ? `${code}, answered with ${[reply.code, reply.status].join(' ').trim()}`
    : (originalCode ?? code);
  const cause =
    verdict === 'refused' && needsSmtpUtf8(recipient)
      ? '. The address has letters beyond ASCII before the @ sign, which only a server with SMTPUTF8 takes'
      : '';
  return new DeliveryError(verdict, `${command === '' ? 'SMTP' : command}: ${answer}${cause}`);
}
