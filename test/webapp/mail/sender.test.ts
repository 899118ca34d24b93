import { expect } from 'chai';
import { systemClock } from '../../../webapp/clock.ts';
import { readConfig } from '../../../webapp/config.ts';
import { DatabaseAwayError } from '../../../webapp/database/errors.ts';
import { createLogger } from '../../../webapp/log.ts';
import type { MailStore, TakenMail } from '../../../webapp/mail/mail-store.ts';
import { createMailSealers } from '../../../webapp/mail/outbox.ts';
import { createMailSender, type MailOutcome } from '../../../webapp/mail/sender.ts';
import { type Deliver, DeliveryError } from '../../../webapp/mail/smtp.ts';
import { until } from '../../support/until.ts';

const { mail: config } = readConfig({
  db_uri: 'mysql://ada:x@db/travel',
  secret_key: '0123456789abcdef',
  SMTP_URL: 'smtp://mail.example',
  MAIL_FROM: 'trips@stars.example',
  PUBLIC_URL: 'https://stars.example',
  MAIL_INTERVAL_SECONDS: '3600',
});
const sealers = createMailSealers(['0123456789abcdef']);

function aMail(overrides: Partial<TakenMail> = {}): TakenMail {
  return {
    id: 1,
    messageId: 'abc',
    kind: 'booked',
    sealed: sealers.plain.seal(JSON.stringify({ subject: 'Booked', text: 'Well.' })),
    lapsesAt: new Date(Date.now() + 60_000),
    attempts: 1,
    recipient: { name: 'Ada', address: 'ada@example.com' },
    ...overrides,
  };
}

/** A sender over an outbox that gives out these mails; what is not told here does nothing. */
function aSender(due: TakenMail[], store: Partial<MailStore>, deliver: Deliver) {
  if (!config) throw new Error('mail is not configured');
  const outcomes: MailOutcome[] = [];
  const nothing = () => Promise.resolve();
  const sender = createMailSender({
    config,
    store: {
      add: nothing,
      take: () => Promise.resolve(due.splice(0, 2)),
      remove: nothing,
      postpone: nothing,
      waiting: () => Promise.resolve({ count: 0, oldest: undefined }),
      ofTraveller: () => Promise.resolve([]),
      removeAllOfTraveller: nothing,
      sweep: nothing,
      ...store,
    },
    sealers,
    deliver,
    clock: systemClock,
    logger: createLogger('error'),
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  return { sender, outcomes };
}

describe('The sender of mails', () => {
  it('asks a database that is away once in its interval, however much it is woken meanwhile', async () => {
    let takes = 0;
    const take = () => {
      takes += 1;
      return Promise.reject(new DatabaseAwayError());
    };
    const { sender } = aSender([], { take }, () => Promise.resolve());
    sender.start();
    await until('the first look', () => takes === 1);
    await sender.stop(0);
    expect(takes).to.equal(1);
  });

  it('does not ask a server in trouble again because more is to be sent', async () => {
    let attempts = 0;
    const due = [aMail()];
    let seen = 0;
    const waiting = () => {
      seen += 1;
      return Promise.resolve({ count: 1, oldest: undefined });
    };
    const { sender, outcomes } = aSender(due, { waiting }, () => {
      attempts += 1;
      return Promise.reject(new DeliveryError('server', 'CONN: ECONNREFUSED'));
    });
    sender.start();
    await until('the attempt', () => seen === 1);
    due.push(aMail());
    sender.wake();
    await new Promise((resolve) => setImmediate(resolve));
    await sender.stop(0);
    expect([attempts, outcomes]).to.deep.equal([1, ['postponed']]);
  });

  it('looks again for what was added while it was looking', async () => {
    const due: TakenMail[] = [];
    const looking = Promise.withResolvers<undefined>();
    const { sender, outcomes } = aSender(
      due,
      { waiting: () => looking.promise.then(() => ({ count: 0, oldest: undefined })) },
      () => Promise.resolve(),
    );
    sender.start();
    await new Promise((resolve) => setImmediate(resolve));
    due.push(aMail());
    sender.wake();
    looking.resolve(undefined);
    await until('the mail', () => outcomes.includes('sent'));
    await sender.stop(0);
  });

  it('says that a mail is done until it is heard, as it would be sent again otherwise', async () => {
    let removals = 0;
    const remove = () => (++removals < 3 ? Promise.reject(new DatabaseAwayError()) : Promise.resolve());
    let deliveries = 0;
    const { sender } = aSender([aMail()], { remove }, () => {
      deliveries += 1;
      return Promise.resolve();
    });
    sender.start();
    await until('the third removal', () => removals === 3);
    await sender.stop(0);
    expect(deliveries).to.equal(1);
  });

  it('tries no mail more often than it may, though it ended every process that tried', async () => {
    let deliveries = 0;
    const { sender, outcomes } = aSender([aMail({ attempts: 21 })], {}, () => {
      deliveries += 1;
      return Promise.resolve();
    });
    sender.start();
    await until('the end', () => outcomes.length === 1);
    await sender.stop(0);
    expect([deliveries, outcomes]).to.deep.equal([0, ['lapsed']]);
  });

  it('drops what no key opens, and whose traveller is gone', async () => {
    const { sender, outcomes } = aSender(
      [aMail({ sealed: Buffer.from('nonsense') }), aMail({ recipient: undefined })],
      {},
      () => Promise.reject(new Error('delivered')),
    );
    sender.start();
    await until('both', () => outcomes.length === 2);
    await sender.stop(0);
    expect(outcomes).to.deep.equal(['dropped', 'dropped']);
  });
});
