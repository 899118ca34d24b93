/** The result of a failed attempt: `refused` is final, `later` tries this mail again, `server` makes all mails wait. */
export type Verdict = 'refused' | 'later' | 'server';

/** A failed attempt: nodemailer's code, the SMTP command, and the server's reply to it. */
export interface Failure {
  readonly code: string;
  readonly command: string;
  readonly reply: Reply | undefined;
}

export interface Reply {
  /** The three digits. */
  readonly code: number;
  /** The enhanced status code (RFC 3463), such as `5.4.5`, where the server gives one. */
  readonly status: string | undefined;
}

/** Reads a reply such as `550-5.4.5 Daily user sending limit exceeded`. */
export function replyOf(text: string): Reply | undefined {
  const [, code, status] = /^(\d{3})(?:[ -]([245]\.\d{1,3}\.\d{1,3})\b)?/.exec(text) ?? [];
  return code === undefined ? undefined : { code: Number(code), status };
}

/**
 * A refusal of this recipient or this content is final. Any other is about the sender, a quota, a policy or the server. It passes, or
 * somebody corrects it before the mail lapses.
 *
 * 1. No reply: the connection failed, or the mail could not be written.
 * 2. The reply is to the greeting, the log-in or the sender, or the server cannot be used now.
 * 3. A 4xx reply says itself that the mail may come again.
 * 4. A 5xx reply has an enhanced status code (RFC 3463): that decides.
 * 5. A 5xx reply without one: to RCPT TO it is about the recipient. To DATA it may be about anything, such as a sender that is not
 *    verified yet.
 */
export function verdictOf({ code, command, reply }: Failure): Verdict {
  if (reply === undefined) return OF_SERVER.has(code) ? 'server' : 'refused';
  const ofThisMail = command === 'RCPT TO' || command === 'DATA';
  if (reply.code === 421 || reply.code === 503 || !ofThisMail) return 'server';
  if (reply.code < 500) return 'later';
  const byStatus = STATUSES.find(([pattern]) => pattern.test(reply.status ?? ''));
  if (byStatus) return byStatus[1];
  return command === 'RCPT TO' ? 'refused' : 'later';
}

/** The first that matches decides. */
const STATUSES: readonly (readonly [RegExp, Verdict])[] = [
  // the sender's mailbox or domain
  [/^5\.1\.[78]$/, 'later'],
  // the recipient's address or mailbox
  [/^5\.[12]\./, 'refused'],
  // the mail is too big
  [/^5\.3\.4$/, 'refused'],
  [/^5\.3\./, 'server'],
  // a quota of the sender, or congestion
  [/^5\.4\.5$/, 'server'],
  // the content
  [/^5\.6\./, 'refused'],
  // a policy, such as a sender who is not verified, or a relay that is not open to us yet
  [/^5\.7\./, 'later'],
];

/** The connection or the server failed. Any other failure without a reply is a fault of the mail. */
const OF_SERVER = new Set([
  'ECONNECTION',
  'ETIMEDOUT',
  'ESOCKET',
  'EDNS',
  'ETLS',
  'EPROTOCOL',
  'EAUTH',
  'EABORT',
  'ERR_ACCESS_DENIED',
]);

const LONGEST_WAIT_SECONDS = 7200;

/** How long to wait after this many attempts: twice as long each time. `chance`, from 0 to 1, spreads the attempts of several pods. */
export function waitSeconds(attempts: number, firstSeconds: number, longest: number, chance: number): number {
  const wait = Math.min(firstSeconds * 2 ** Math.max(0, attempts - 1), longest);
  return wait * (0.8 + 0.4 * chance);
}

/** When to try a mail again. Undefined if it lapses before that, or if this was its last attempt. */
export function nextAttempt(
  mail: { readonly attempts: number; readonly lapsesAt: Date },
  now: Date,
  { retrySeconds, attempts }: { readonly retrySeconds: number; readonly attempts: number },
  chance: number,
): Date | undefined {
  const seconds = waitSeconds(mail.attempts, retrySeconds, LONGEST_WAIT_SECONDS, chance);
  const at = new Date(now.getTime() + seconds * 1000);
  return mail.attempts >= attempts || at >= mail.lapsesAt ? undefined : at;
}
