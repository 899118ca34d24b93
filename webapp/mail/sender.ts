import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { MailConfig } from '../config.ts';
import { passesByItself } from '../database/errors.ts';
import type { Logger } from '../log.ts';
import { letterOf } from './letter.ts';
import type { Lease, MailStore, TakenMail, Waiting } from './mail-store.ts';
import { contentOf, type MailSealers } from './outbox.ts';
import { nextAttempt, waitSeconds } from './rules.ts';
import { type Deliver, DeliveryError } from './smtp.ts';

/** The result of sending a mail. */
export type MailOutcome = 'sent' | 'postponed' | 'refused' | 'lapsed' | 'dropped';

/**
 * Sends due mails, a few at a time. Every pod does so, and the database shares the mails out. A mail is sent twice only if, after the mail
 * server has accepted it, the process ends or the database stays away until the lease ends.
 */
export interface MailSender {
  start(): void;
  /** Looks for due mails now. */
  wake(): void;
  /** Takes no more mails. Those under way may finish within the time; the others are given back. */
  stop(graceMs: number): Promise<void>;
  waiting(): Waiting;
}

export interface MailSenderOptions {
  readonly config: MailConfig;
  readonly store: MailStore;
  readonly sealers: MailSealers;
  readonly deliver: Deliver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onOutcome: (outcome: MailOutcome) => void;
}

export function createMailSender(options: MailSenderOptions): MailSender {
  const { config, store, clock, logger } = options;
  const stopping = new AbortController();
  const cutOff = new AbortController();
  let waiting: Waiting = { count: 0, oldest: undefined };
  let running: Promise<void> | undefined;
  let serverFailures = 0;
  let woken = false;
  let rest: PromiseWithResolvers<undefined> | undefined;

  /** Resolves to the seconds until the next round. */
  const round = async (): Promise<number> => {
    const now = clock.now();
    const until = new Date(now.getTime() + (config.timeoutSeconds + LEASE_MARGIN_SECONDS) * 1000);
    const lease = { holder: randomBytes(16), until };
    const mails = await store.take(config.connections, lease, now);
    const ended = await all(mails.map((mail) => handle(mail, lease, options, cutOff.signal)));
    if (ended.includes('server')) serverFailures += 1;
    else if (mails.length > 0) serverFailures = 0;
    if (serverFailures === 0 && mails.length > 0) return 0;
    waiting = await store.waiting();
    return serverFailures === 0
      ? config.intervalSeconds
      : waitSeconds(serverFailures, config.intervalSeconds, LONGEST_PAUSE_SECONDS, Math.random());
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      let seconds = config.intervalSeconds;
      try {
        seconds = await round();
      } catch (error) {
        if (passesByItself(error)) logger.debug('Mails wait for the database', { error });
        else logger.error('Mails cannot be sent', { error });
      }
      if (seconds > 0) await pause(seconds);
    }
  };
  const pause = async (seconds: number) => {
    const unheard = woken && serverFailures === 0;
    woken = false;
    if (stopping.signal.aborted || unheard) return;
    const resting = Promise.withResolvers<undefined>();
    rest = resting;
    const timer = setTimeout(() => resting.resolve(undefined), seconds * 1000);
    timer.unref();
    await resting.promise;
    clearTimeout(timer);
    rest = undefined;
    woken = false;
  };
  return {
    waiting: () => waiting,
    start() {
      running ??= run();
    },
    wake() {
      woken = true;
      // a failing server gets no extra attempts because of new mails
      if (serverFailures === 0) rest?.resolve(undefined);
    },
    async stop(graceMs) {
      stopping.abort();
      rest?.resolve(undefined);
      const timer = setTimeout(() => cutOff.abort(), graceMs);
      await running;
      clearTimeout(timer);
    },
  };
}

/** Waits for all of them, even if one fails. */
async function all<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

const LEASE_MARGIN_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 300;

/** `server`: no more mails until the server works again. */
async function handle(
  mail: TakenMail,
  lease: Lease,
  { config, store, sealers, deliver, clock, logger, onOutcome }: MailSenderOptions,
  cutOff: AbortSignal,
): Promise<MailOutcome | 'server' | 'given back'> {
  const about = { mail: mail.id, kind: mail.kind, attempts: mail.attempts };
  const end = async (outcome: Exclude<MailOutcome, 'postponed'>) => {
    onOutcome(outcome);
    await insist(() => store.remove(mail, lease), lease, clock, cutOff);
    return outcome;
  };
  if (mail.lapsesAt <= clock.now()) {
    logger.warn('Mail lapsed', about);
    return end('lapsed');
  }
  if (mail.attempts > config.attempts) {
    logger.warn('Mail given up', about);
    return end('lapsed');
  }
  const content = contentOf(mail.sealed, sealers);
  if (!content || !mail.recipient) {
    if (!content) logger.warn('Mail cannot be read with any secret key', about);
    return end('dropped');
  }
  const { from, publicUrl } = config;
  const to = { name: mail.recipient.name, address: content.to ?? mail.recipient.address };
  const letter = letterOf(content, { id: mail.messageId, from, to, publicUrl });
  try {
    const deadline = AbortSignal.timeout(config.timeoutSeconds * 1000);
    await deliver(letter, AbortSignal.any([cutOff, deadline]));
  } catch (error) {
    if (cutOff.aborted) {
      await store.postpone(mail, lease, clock.now(), mail.attempts - 1);
      return 'given back';
    }
    if (!(error instanceof DeliveryError) || error.verdict === 'refused') {
      logger.warn('Mail refused', { ...about, error });
      return end('refused');
    }
    const dueAt = nextAttempt(mail, clock.now(), config, Math.random());
    logger.warn(dueAt ? 'Mail could not be sent yet' : 'Mail given up', { ...about, error });
    if (!dueAt) return end('lapsed');
    onOutcome('postponed');
    await store.postpone(mail, lease, dueAt, mail.attempts);
    return error.verdict === 'server' ? 'server' : 'postponed';
  }
  return end('sent');
}

/** Retries until the lease ends, because another pod would then send the mail again. */
async function insist(work: () => Promise<void>, lease: Lease, clock: Clock, cutOff: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (clock.now() >= lease.until || cutOff.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
