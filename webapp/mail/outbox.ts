import { randomUUID } from 'node:crypto';
import type { Transaction } from 'sequelize';
import type { Clock } from '../clock.ts';
import type { Content } from './letter.ts';
import type { MailStore } from './mail-store.ts';
import type { MailMessage } from './message.ts';
import { createSealer, type Sealer } from './sealer.ts';

/** Features add their mails here, in a transaction. They are sent after it commits, and only then. */
export interface MailOutbox {
  /** Does nothing if the application sends no mail. */
  add(message: MailMessage, transaction: Transaction): Promise<void>;
  /** Mails to the traveller that are not sent yet, for their own data. */
  waitingFor(travellerId: number): Promise<readonly WaitingMail[]>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Removes mails that lapsed and that nobody sends. */
  sweep(): Promise<void>;
}

/** Has no text, because that may contain a link with a secret. */
export interface WaitingMail {
  readonly subject: string;
  readonly written: Date;
}

export interface OutboxOptions {
  readonly store: MailStore;
  readonly sealers: MailSealers;
  readonly clock: Clock;
  /** For how long mails are worth sending; undefined if the application sends none. */
  readonly lapseHours: number | undefined;
  /** Called when there is a mail to send. */
  readonly onAdded: () => void;
}

/**
 * Mails with a recipient of their own have a sealer of their own. The release before this one does not know `to` and would send them to
 * the traveller's address. It cannot open them, so it drops them.
 */
export interface MailSealers {
  readonly plain: Sealer;
  readonly addressed: Sealer;
}

export function createMailSealers(secretKeys: readonly [string, ...string[]]): MailSealers {
  return { plain: createSealer(secretKeys, 'mail'), addressed: createSealer(secretKeys, 'mail with an address') };
}

export function createMailOutbox({ store, sealers, clock, lapseHours, onAdded }: OutboxOptions): MailOutbox {
  return {
    async add({ travellerId, kind, to, subject, text, calendar, lapsesAt }, transaction) {
      if (lapseHours === undefined) return;
      const createdAt = clock.now();
      const latest = createdAt.getTime() + lapseHours * HOUR_MS;
      const content: Content = { subject, text, ...(calendar && { calendar }), ...(to !== undefined && { to }) };
      const sealer = to === undefined ? sealers.plain : sealers.addressed;
      await store.add(
        {
          messageId: randomUUID(),
          travellerId,
          kind,
          sealed: sealer.seal(JSON.stringify(content)),
          createdAt,
          lapsesAt: new Date(Math.min(lapsesAt?.getTime() ?? latest, latest)),
        },
        transaction,
      );
      transaction.afterCommit(onAdded);
    },
    async waitingFor(travellerId) {
      const mails = await store.ofTraveller(travellerId);
      return mails.flatMap(({ sealed, createdAt }) => {
        const content = contentOf(sealed, sealers);
        return content ? [{ subject: content.subject, written: createdAt }] : [];
      });
    },
    removeAllOfTraveller: (travellerId, transaction) => store.removeAllOfTraveller(travellerId, transaction),
    // the sender removes and counts the lapsed mails that it takes; this removes the ones that nobody takes
    sweep: () => store.sweep(new Date(clock.now().getTime() - HOUR_MS)),
  };
}

const HOUR_MS = 3_600_000;

/** Undefined if no key opens it. */
export function contentOf(sealed: Buffer, { plain, addressed }: MailSealers): Content | undefined {
  const opened = plain.open(sealed) ?? addressed.open(sealed);
  return opened === undefined ? undefined : (JSON.parse(opened) as Content);
}
