import { randomUUID } from 'node:crypto';
import type { Transaction } from 'sequelize';
import type { Clock } from '../clock.ts';
import type { Content } from './letter.ts';
import type { MailStore } from './mail-store.ts';
import type { MailMessage } from './message.ts';
import { createSealer, type Sealer } from './sealer.ts';

/** Where features leave mails: what a transaction adds is sent when it commits, and only then. */
export interface MailOutbox {
  /** Does nothing where no mails are sent. */
  add(message: MailMessage, transaction: Transaction): Promise<void>;
  /** What still waits to be sent to the traveller, for their own data. */
  waitingFor(travellerId: number): Promise<readonly WaitingMail[]>;
  removeAllOfTraveller(travellerId: number, transaction: Transaction): Promise<void>;
  /** Removes what lapsed and nobody sends. */
  sweep(): Promise<void>;
}

/** Without its text, which may hold a link that lets somebody in. */
export interface WaitingMail {
  readonly subject: string;
  readonly written: Date;
}

export interface OutboxOptions {
  readonly store: MailStore;
  readonly sealers: MailSealers;
  readonly clock: Clock;
  /** How long mails are worth sending; undefined where none are sent. */
  readonly lapseHours: number | undefined;
  /** Called when there is something to send. */
  readonly onAdded: () => void;
}

/**
 * Mails with an address of their own are sealed for a purpose of their own. The release before this one cannot open them: it would send
 * them to the traveller's address instead. It drops them.
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
    // the sender ends what it finds lapsed, and counts it: this is for what it never finds
    sweep: () => store.sweep(new Date(clock.now().getTime() - HOUR_MS)),
  };
}

const HOUR_MS = 3_600_000;

/** Undefined where no key opens it. */
export function contentOf(sealed: Buffer, { plain, addressed }: MailSealers): Content | undefined {
  const opened = plain.open(sealed) ?? addressed.open(sealed);
  return opened === undefined ? undefined : (JSON.parse(opened) as Content);
}
