import { addDemoTraveller } from './accounts/add-demo-traveller.ts';
import { askForReset } from './accounts/ask-for-reset.ts';
import { beginSession } from './accounts/begin-session.ts';
import { changeEmailAddress } from './accounts/change-email.ts';
import { changeName } from './accounts/change-name.ts';
import { changePassword } from './accounts/change-password.ts';
import { checkPassword } from './accounts/check-password.ts';
import { confirmEmailAddress } from './accounts/confirm-email.ts';
import { deleteAccount } from './accounts/delete-account.ts';
import { EmailChange } from './accounts/email-change.ts';
import { createEmailChangeStore } from './accounts/email-change-store.ts';
import { ownData } from './accounts/own-data.ts';
import { accountLimits } from './accounts/limits.ts';
import { loadCommonPasswords } from './accounts/common-passwords.ts';
import { createKnownDevices } from './accounts/known-devices.ts';
import { logIn } from './accounts/log-in.ts';
import { PasswordReset } from './accounts/password-reset.ts';
import { createPasswordResetStore } from './accounts/password-reset-store.ts';
import { createPasswords } from './accounts/passwords.ts';
import { registerTraveller } from './accounts/register-traveller.ts';
import { removeTraveller } from './accounts/remove-traveller.ts';
import { replacePassword } from './accounts/replace-password.ts';
import { resetPassword } from './accounts/reset-password.ts';
import { Traveller } from './accounts/traveller.ts';
import { createTravellerStore } from './accounts/traveller-store.ts';
import type { Services } from './app.ts';
import { bookTrip } from './bookings/book-trip.ts';
import { Booking } from './bookings/booking.ts';
import { createBookingPages } from './bookings/booking-pages.ts';
import { createBookingStore } from './bookings/booking-store.ts';
import { cancelTrip } from './bookings/cancel-trip.ts';
import { checkCounters } from './bookings/check-counters.ts';
import { changeDates } from './bookings/change-dates.ts';
import { Departure } from './bookings/departure.ts';
import { findAlternatives } from './bookings/find-alternatives.ts';
import { mailingBookingStore } from './bookings/mailing-booking-store.ts';
import { undoCancellation } from './bookings/undo-cancellation.ts';
import { runChore } from './chores.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createDatabase, type Database } from './database/connection.ts';
import { loadAssets } from './web/assets.ts';
import { createSigner } from './signer.ts';
import type { Logger } from './log.ts';
import { Mail } from './mail/mail.ts';
import { createMailStore } from './mail/mail-store.ts';
import { createMailOutbox, createMailSealers, type MailOutbox } from './mail/outbox.ts';
import { createMailSender, type MailSender } from './mail/sender.ts';
import { createSmtp } from './mail/smtp.ts';
import { createMetrics, type Metrics, watchDatabase, watchMail } from './probes/metrics.ts';
import { Session } from './sessions/session.ts';
import { SessionStore } from './sessions/session-store.ts';
import { createMemoryStore } from './throttling/memory-store.ts';
import { createThrottle } from './throttling/throttle.ts';
import { createThrottleStore } from './throttling/throttle-store.ts';
import { ThrottleWindow } from './throttling/throttle-window.ts';
import { joinWaitlist } from './waitlist/join-waitlist.ts';
import { leaveWaitlist } from './waitlist/leave-waitlist.ts';
import { mailingWaitlistStore } from './waitlist/mailing-waitlist-store.ts';
import { sweepWaitlists } from './waitlist/sweep-waitlists.ts';
import { takeOffer } from './waitlist/take-offer.ts';
import { WaitingEntry } from './waitlist/waiting-entry.ts';
import { waitingCards } from './waitlist/view.ts';
import { createWaitlist } from './waitlist/waitlist.ts';
import { createWaitlistStore } from './waitlist/waitlist-store.ts';

export interface Composition {
  readonly services: Services;
  readonly database: Database;
  readonly outbox: MailOutbox;
  /** To be started when all is up; undefined where no mail is sent. */
  readonly mailSender: MailSender | undefined;
}

export interface CompositionOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isDraining?: () => boolean;
  readonly onDatabaseUp?: () => void;
  readonly onDatabaseOutdated?: () => void;
}

/** Everything that the application is made of, put together; nothing listens yet. */
export function compose(options: CompositionOptions): Composition {
  const { config, clock, logger, isDraining, onDatabaseUp, onDatabaseOutdated } = options;
  const { minimumLength, hashConcurrency, hashQueue, resetMinutes } = config.password;
  const metrics = createMetrics();
  const passwords = createPasswords({ concurrency: hashConcurrency, queue: hashQueue });
  const database = createDatabase({
    config: config.database,
    models: [Traveller, EmailChange, Departure, Booking, WaitingEntry, Session, ThrottleWindow, PasswordReset, Mail],
    logger,
    onUp() {
      onDatabaseUp?.();
      for (const chore of [sweep, check, travellers.fillIdentities]) runChore(chore, logger);
      if (config.demoTraveller) {
        addDemo().catch((error: unknown) => logger.warn('The demo traveller could not be added', { error }));
      }
    },
    onOutdated: () => onDatabaseOutdated?.(),
  });
  watchDatabase(metrics, database);
  const mail = composeMail(database, metrics, { config, clock, logger });
  const { outbox } = mail;
  const publicUrl = config.mail?.publicUrl ?? '';
  const sessions = new SessionStore(database, config.session, clock);
  const resets = createPasswordResetStore(database);
  const emailChanges = createEmailChangeStore(database);
  const travellers = createTravellerStore(database, [sessions, resets, outbox]);
  const storedBookings = createBookingStore(database);
  const bookings = config.mail ? mailingBookingStore(storedBookings, outbox, config.mail, clock) : storedBookings;
  const storedEntries = createWaitlistStore(database);
  const entries = config.mail ? mailingWaitlistStore(storedEntries, outbox, publicUrl) : storedEntries;
  const { destinations } = config;
  const { undoMinutes, offerHours } = config.bookings;
  const waitlist = createWaitlist({ bookings, entries, destinations, offerHours, clock });
  const sweep = sweepWaitlists({ database, entries, waitlist, destinations, clock, logger });
  const check = checkCounters(bookings, metrics, clock);
  const book = bookTrip(database, bookings, waitlist);
  const rules = { minimumLength, isCommon: loadCommonPasswords() };
  const throttle = createThrottle({
    shared: createThrottleStore(database),
    insurance: createMemoryStore(),
    signer: createSigner(config.secretKeys, 'throttle'),
    clock,
  });
  const limits = accountLimits(config.mail ? config.throttling : { ...config.throttling, tripForms: 'off' });
  const passwordCheck = checkPassword(passwords, throttle, limits);
  const remove = removeTraveller(database, travellers, bookings, entries, waitlist);
  const replace = replacePassword({ database, travellers, resets, emailChanges, sessions, outbox, publicUrl, clock });
  const reset = { database, travellers, resets, outbox, throttle, limits, publicUrl, minutes: resetMinutes, clock };
  const enter = logIn(travellers, passwords, throttle, limits);
  const addDemo = addDemoTraveller(travellers, passwords);
  return {
    database,
    ...mail,
    services: {
      registerTraveller: registerTraveller(travellers, passwords, rules, enter, throttle, limits, clock),
      changePassword: changePassword(travellers, passwords, rules, replace, passwordCheck),
      changeName: changeName(database, travellers, sessions, throttle, limits),
      changeEmailAddress: changeEmailAddress({
        ...{ database, travellers, emailChanges, outbox, checkPassword: passwordCheck, throttle, limits, clock },
        confirmation: config.mail && { publicUrl, minutes: config.mail.confirmationMinutes },
      }),
      confirmEmailAddress: confirmEmailAddress({ database, travellers, emailChanges, resets, outbox, clock }),
      travellers,
      emailChanges,
      askForReset: config.mail && askForReset(reset),
      resetPassword: resetPassword(travellers, resets, passwords, rules, replace, enter, throttle, limits, clock),
      fillIdentities: travellers.fillIdentities,
      resets,
      usernameOf: async (id) => (await travellers.withId(id))?.username,
      resetMinutes,
      deleteAccount: deleteAccount(travellers, remove, passwordCheck),
      ownData: ownData(travellers, bookings, entries, sessions, outbox, emailChanges, clock),
      logIn: enter,
      beginSession: beginSession(database, travellers, sessions),
      knownDevices: createKnownDevices(createSigner(config.secretKeys, 'device')),
      throttle,
      limits,
      minimumPasswordLength: minimumLength,
      bookTrip: book,
      cancelTrip: cancelTrip(database, bookings, waitlist, clock),
      undoCancellation: undoCancellation(database, bookings, waitlist, destinations, undoMinutes, clock),
      undoMinutes,
      changeDates: changeDates(database, bookings, waitlist, destinations, clock),
      joinWaitlist: joinWaitlist(database, bookings, entries, waitlist, book),
      leaveWaitlist: leaveWaitlist(database, bookings, entries, waitlist),
      takeOffer: takeOffer(book, bookings, entries, destinations, clock),
      sweepWaitlists: sweep,
      checkCounters: check,
      bookingPages: createBookingPages({
        ...{ bookings, destinations, clock },
        findAlternatives: findAlternatives(bookings, clock),
      }),
      bookings,
      waitingCards: async (id) => waitingCards(await entries.ofTraveller(id), destinations, clock.now()),
      organizer: config.mail?.from,
      destinations,
      clock,
      sessionStore: sessions,
      assets: loadAssets(),
      metrics,
      logger,
      isDraining: isDraining ?? (() => false),
    },
  };
}

function composeMail(
  database: Database,
  metrics: Metrics,
  { config: { mail, secretKeys }, clock, logger }: CompositionOptions,
): Pick<Composition, 'outbox' | 'mailSender'> {
  const store = createMailStore(database);
  const sealers = createMailSealers(secretKeys);
  const mailSender =
    mail &&
    createMailSender({
      config: mail,
      store,
      sealers,
      deliver: createSmtp(mail),
      clock,
      logger,
      onOutcome: (outcome) => metrics.mails.inc({ outcome }),
    });
  if (mailSender) watchMail(metrics, mailSender, clock);
  const outbox = createMailOutbox({
    store,
    sealers,
    clock,
    lapseHours: mail?.lapseHours,
    onAdded: () => mailSender?.wake(),
  });
  return { outbox, mailSender };
}
