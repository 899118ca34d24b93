import type { MailOutbox } from '../mail/outbox.ts';
import { lapsedMail, offeredMail } from './waitlist-mails.ts';
import type { WaitlistStore } from './waitlist-store.ts';

/** The same store, which tells travellers of offers and their end, in the transaction that makes it so. */
export function mailingWaitlistStore(entries: WaitlistStore, outbox: MailOutbox, publicUrl: string): WaitlistStore {
  return {
    ...entries,
    async offer(offered, until, transaction) {
      await entries.offer(offered, until, transaction);
      for (const entry of offered) await outbox.add(offeredMail(entry, until, publicUrl), transaction);
    },
    async lapse(lapsed, at, transaction) {
      await entries.lapse(lapsed, at, transaction);
      for (const entry of lapsed) await outbox.add(lapsedMail(entry, publicUrl), transaction);
    },
  };
}
