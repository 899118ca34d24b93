import type { Clock } from '../clock.ts';
import type { MailConfig } from '../config.ts';
import type { MailOutbox } from '../mail/outbox.ts';
import type { BookingStore } from './booking-store.ts';
import { bookedMail, cancelledMail, changedMail } from './trip-mails.ts';

/** A store that also writes a mail about each change of a trip, in the transaction of the change. */
export function mailingBookingStore(
  bookings: BookingStore,
  outbox: MailOutbox,
  { from, publicUrl }: Pick<MailConfig, 'from' | 'publicUrl'>,
  clock: Clock,
): BookingStore {
  const context = () => ({ publicUrl, organizer: from, now: clock.now() });
  return {
    ...bookings,
    async add(booking, transaction) {
      await bookings.add(booking, transaction);
      await outbox.add(bookedMail({ ...booking, sequence: 0, cancelled: false }, context()), transaction);
    },
    async markCancelled(booking, at, transaction) {
      const done = await bookings.markCancelled(booking, at, transaction);
      const trip = { ...booking, sequence: booking.sequence + 1, cancelled: true };
      if (done) await outbox.add(cancelledMail(trip, context()), transaction);
      return done;
    },
    async restore(booking, transaction) {
      const done = await bookings.restore(booking, transaction);
      const trip = { ...booking, sequence: booking.sequence + 1, cancelled: false };
      if (done) await outbox.add(bookedMail(trip, context()), transaction);
      return done;
    },
    async move(booking, to, transaction) {
      const done = await bookings.move(booking, to, transaction);
      const { departureDate, returnDate } = to;
      const trip = { ...booking, departureDate, returnDate, sequence: booking.sequence + 1, cancelled: false };
      if (done) await outbox.add(changedMail(trip, context()), transaction);
      return done;
    },
  };
}
