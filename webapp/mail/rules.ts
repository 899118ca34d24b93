/** What became of an attempt: never to be tried again; this mail later; or no mail before the server is well again. */
export type Verdict = 'refused' | 'later' | 'server';

/** What is known of a failed attempt: nodemailer's code, the command that was answered, the server's reply code. */
export interface Failure {
  readonly code: string;
  readonly command: string;
  readonly reply: number | undefined;
}

/**
 * Only what the server says of this recipient or this mail is final. A 5xx to anything before it (log-in, sender, greeting) is
 * about our settings or the server, which somebody may put right before the mail lapses.
 */
export function verdictOf({ code, command, reply }: Failure): Verdict {
  const ofThisMail = command === 'RCPT TO' || command === 'DATA';
  if (reply === undefined) return OF_SERVER.has(code) ? 'server' : 'refused';
  if (reply === 421 || reply === 503 || !ofThisMail) return 'server';
  return reply >= 500 ? 'refused' : 'later';
}

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
