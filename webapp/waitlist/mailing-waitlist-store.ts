import type { MailOutbox } from '../mail/outbox.ts';
import { lapsedMail, offeredMail } from './waitlist-mails.ts';
import type { WaitlistStore } from './waitlist-store.ts';

/** A store that also writes a mail about each offer and its end, in the same transaction. */
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
