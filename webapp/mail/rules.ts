/** What became of an attempt: never to be tried again; this mail later; or no mail before the server is well again. */
export type Verdict = 'refused' | 'later' | 'server';

/** What is known of a failed attempt: nodemailer's code, the command that was answered, and how the server replied. */
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
 * Only what the server says of this recipient or this content is final. Everything else is about the sender, a quota, a policy or the
 * server: it passes, or somebody puts it right before the mail lapses.
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

/** Nobody answered, or not as we need it; anything else without a reply is a fault of the mail. */
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

/** How long to wait after so many attempts: twice as long each time. `chance`, from 0 to 1, keeps pods from acting at once. */
export function waitSeconds(attempts: number, firstSeconds: number, longest: number, chance: number): number {
  const wait = Math.min(firstSeconds * 2 ** Math.max(0, attempts - 1), longest);
  return wait * (0.8 + 0.4 * chance);
}

/** When a mail is tried again, or undefined where it lapses before or was tried often enough. */
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
