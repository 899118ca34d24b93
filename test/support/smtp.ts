import { once } from 'node:events';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createAuthority, issue } from '../../scripts/cluster/certificates.ts';
import { freePorts } from '../../scripts/cluster/ports.ts';

/** A real SMTP server on a loopback port, which keeps what it takes. */
export interface Smtp {
  /** For SMTP_URL; SMTP_CA is `authority`. */
  readonly url: string;
  readonly authority: string;
  readonly mails: readonly ReceivedMail[];
  /** How often somebody began to send a mail, whether or not it was taken. */
  readonly attempts: number;
  /** How many whole mails it has got, whatever it answers. */
  readonly received: number;
  /** What is answered at these points instead of taking the mail; undefined: it is taken. */
  answer: Partial<Record<'MAIL FROM' | 'RCPT TO' | 'DATA', Refusal>>;
  /** While it holds, the answer to a whole mail is kept back. */
  hold: Promise<undefined> | undefined;
  /** Ends listening and all connections; `start` listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface Refusal {
  readonly code: number;
  readonly text: string;
}

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly encrypted: boolean;
  readonly raw: string;
  readonly parsed: Email;
  /** Attachments of text, each line ending as the parser reads it: in a line feed. */
  readonly files: readonly { readonly name: string | null; readonly text: string }[];
}

export interface SmtpOptions {
  /** `start`: TLS from the first byte; `upgrade`: STARTTLS is offered; `off`: neither. */
  readonly tls?: 'start' | 'upgrade' | 'off';
  /** Without it nobody is let in. */
  readonly account?: { readonly user: string; readonly password: string };
}

const HOST = '127.0.0.1';

export async function startSmtp({ tls = 'off', account }: SmtpOptions = {}): Promise<Smtp> {
  const [port = 0] = await freePorts(1);
  const authority = createAuthority('Mail test');
  const { key, certificate } = issue(authority, { commonName: 'localhost', hosts: ['localhost', HOST] });
  const mails: ReceivedMail[] = [];
  let attempts = 0;
  let received = 0;
  let server: SMTPServer | undefined;
  const refusal = (at: 'MAIL FROM' | 'RCPT TO' | 'DATA') => {
    const refused = smtp.answer[at];
    return refused ? Object.assign(new Error(refused.text), { responseCode: refused.code }) : null;
  };
  const options: SMTPServerOptions = {
    secure: tls === 'start',
    key,
    cert: certificate,
    authOptional: account === undefined,
    disabledCommands: [...(account ? [] : ['AUTH']), ...(tls === 'upgrade' ? [] : ['STARTTLS'])],
    allowInsecureAuth: false,
    logger: false,
    closeTimeout: 100,
    onAuth({ username, password }, _session, callback) {
      const right = username === account?.user && password === account?.password;
      callback(right ? null : new Error('authentication failed'), right ? { user: username } : undefined);
    },
    onMailFrom(_address, _session, callback) {
      attempts += 1;
      callback(refusal('MAIL FROM'));
    },
    onRcptTo: (_address, _session, callback) => callback(refusal('RCPT TO')),
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received += 1;
        void keep(Buffer.concat(chunks), session).then(callback);
      });
    },
  };
  type Session = Parameters<NonNullable<SMTPServerOptions['onData']>>[1];
  const keep = async (raw: Buffer, { envelope, user, secure }: Session) => {
    const refused = refusal('DATA');
    if (refused) return refused;
    await smtp.hold;
    const parsed = await PostalMime.parse(raw);
    mails.push({
      from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
      to: envelope.rcptTo.map(({ address }) => address),
      user: user as string | undefined,
      encrypted: secure,
      raw: raw.toString('latin1'),
      parsed,
      files: parsed.attachments.map(({ filename, content }) => ({ name: filename, text: textOf(content) })),
    });
    return null;
  };
  const credentials = account ? `${account.user}:${encodeURIComponent(account.password)}@` : '';
  const [scheme, search] = tls === 'start' ? ['smtps', ''] : ['smtp', tls === 'off' ? '?tls=off' : ''];
  const smtp: Smtp = {
    url: `${scheme}://${credentials}localhost:${port}${search}`,
    authority: authority.certificate,
    mails,
    get attempts() {
      return attempts;
    },
    get received() {
      return received;
    },
    answer: {},
    hold: undefined,
    async start() {
      server = new SMTPServer(options);
      server.on('error', () => undefined); // what clients do to their connections
      await once(server.listen(port, HOST), 'listening');
    },
    async stop() {
      const ending = server;
      server = undefined;
      if (ending) await new Promise<void>((resolve) => ending.close(resolve));
    },
  };
  await smtp.start();
  return smtp;
}

function textOf(content: Email['attachments'][number]['content']): string {
  return typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString('utf8');
}
