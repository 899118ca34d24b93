import { expect } from 'chai';
import { systemClock } from '../../../webapp/clock.ts';
import { createMailStore } from '../../../webapp/mail/mail-store.ts';
import type { MailMessage } from '../../../webapp/mail/message.ts';
import { createMailOutbox, createMailSealers } from '../../../webapp/mail/outbox.ts';
import { until } from '../../../scripts/cluster/run.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { type Smtp, startSmtp } from '../../support/smtp.ts';
import { startWebApp } from '../../support/web-app.ts';
import { mailing, startApp, type TestApp } from './world.ts';

const NAME = 'Zoë 星';

let count = 0;

/** A traveller with an address and a name of their own. */
async function aRecipient(app: TestApp): Promise<{ readonly id: number; readonly address: string }> {
  const { username } = await app.traveller();
  const address = `zoe.${process.pid}.${++count}@example.com`;
  await app.rows('UPDATE traveller SET name = ?, email_address = ? WHERE username = ?', [NAME, address, username]);
  const [row] = await app.rows('SELECT id FROM traveller WHERE username = ?', [username]);
  return { id: Number(row?.id), address };
}

function aMessage(travellerId: number, overrides: Partial<MailMessage> = {}): MailMessage {
  const text = 'Your ship leaves at noon – bring 日本の靴.\n\n.\nA line of a dot alone ends no mail.';
  return { travellerId, kind: 'booked', subject: 'Ærøskøbing → 星: booked', text, ...overrides };
}

function post(app: TestApp, ...messages: readonly MailMessage[]): Promise<void> {
  return app.database.transaction(async (transaction) => {
    for (const message of messages) await app.outbox.add(message, transaction);
  });
}

const eventually = (what: string, holds: () => boolean | Promise<boolean>) =>
  until(what, 20_000, () => Promise.resolve(holds()));

const emptied = (app: TestApp) =>
  eventually('the outbox to be empty', async () => (await app.rows('SELECT id FROM mail')).length === 0);

/** Of the mails that nobody is just sending. */
const attemptsOf = async (app: TestApp) =>
  (await app.rows('SELECT attempts FROM mail WHERE lease IS NULL ORDER BY id')).map(({ attempts }) => Number(attempts));

describe('Mail', () => {
  let smtp: Smtp;
  let app: TestApp;
  before(async () => {
    smtp = await startSmtp();
    app = await startApp({ env: mailing(smtp) });
  });
  after(async () => {
    await app.stop();
    await smtp.stop();
  });
  const mailsTo = (address: string) => smtp.mails.filter(({ to }) => to.includes(address));

  it('is sent when its transaction commits, with names as they are written, and is gone from the outbox then', async () => {
    const { id, address } = await aRecipient(app);
    const content = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';
    await post(app, aMessage(id, { calendar: { fileName: 'trip.ics', content, method: 'PUBLISH' } }));
    await eventually('the mail', () => mailsTo(address).length > 0);
    await emptied(app);
    const [mail] = mailsTo(address);
    expect([mail?.from, mail?.to]).to.deep.equal(['trips@stars.example', [address]]);
    const { parsed } = mail ?? {};
    expect(parsed?.from).to.deep.equal({ name: 'Vaçances Étoilées', address: 'trips@stars.example' });
    expect(parsed?.to).to.deep.equal([{ name: NAME, address }]);
    expect(parsed?.subject).to.equal('Ærøskøbing → 星: booked');
    expect(parsed?.text?.replaceAll('\r\n', '\n').trim()).to.equal(
      `Dear ${NAME},\n\n${aMessage(id).text}\n\nVaçances Étoilées\nhttps://stars.example/`,
    );
    expect(parsed?.messageId).to.match(/^<[0-9a-f-]{36}@stars\.example>$/);
    expect(parsed?.headers.find(({ key }) => key === 'auto-submitted')?.value).to.equal('auto-generated');
    expect(parsed?.headers.find(({ key }) => key === 'x-auto-response-suppress')?.value).to.equal('All');
    expect(mail?.files.map(({ name }) => name)).to.deep.equal(['trip.ics']);
    expect(mail?.raw).to.include(Buffer.from(content).toString('base64'));
    expect(mail?.raw).to.match(/Content-Type: text\/calendar; charset=utf-8; method=PUBLISH;\s+name=trip.ics/);
  });

  it('of a transaction that is rolled back is never sent', async () => {
    const { id, address } = await aRecipient(app);
    const failing = app.database.transaction(async (transaction) => {
      await app.outbox.add(aMessage(id), transaction);
      throw new Error('no');
    });
    expect(await failing.catch(String)).to.equal('Error: no');
    await post(app, aMessage(id, { subject: 'The other' }));
    await eventually('the other mail', () => mailsTo(address).length > 0);
    expect(mailsTo(address).map(({ parsed }) => parsed.subject)).to.deep.equal(['The other']);
  });

  it('gets no header from what a subject or a name holds', async () => {
    const { id, address } = await aRecipient(app);
    const evil = 'Hi\r\nBcc: victim@example.com\r\n\r\nBuy this';
    await app.rows('UPDATE traveller SET name = ? WHERE id = ?', [evil, id]);
    await post(app, aMessage(id, { subject: evil }));
    await eventually('the mail', () => mailsTo(address).length > 0);
    const [mail] = mailsTo(address);
    expect(mail?.to).to.deep.equal([address]);
    expect(mail?.parsed.bcc).to.equal(undefined);
    expect(mail?.parsed.to?.map((one) => one.address)).to.deep.equal([address]);
    expect(mail?.parsed.headers.map(({ key }) => key)).to.not.include('bcc');
    expect(mail?.raw).to.not.match(/^Bcc:/im);
  });

  it('keeps to itself in the database what it says and to whom', async () => {
    const { id, address } = await aRecipient(app);
    smtp.answer = { DATA: { code: 451, text: 'later' } };
    try {
      await post(app, aMessage(id, { subject: 'A secret', text: 'token-1234' }));
      await eventually('an attempt', async () => (await attemptsOf(app)).includes(1));
      const [row] = await app.rows('SELECT * FROM mail');
      const dump = Object.values(row ?? {})
        .map((value) => (value instanceof Buffer ? value.toString('latin1') : String(value)))
        .join(' ');
      expect(dump).to.not.include('secret').and.not.include('token-1234').and.not.include(address);
      const [waiting] = await app.outbox.waitingFor(id);
      expect(waiting?.subject).to.equal('A secret');
      expect(JSON.stringify(waiting)).to.not.include('token-1234');
    } finally {
      smtp.answer = {};
      await app.rows('DELETE FROM mail');
    }
  });

  it('to somebody who has been deleted is dropped', async () => {
    await post(app, aMessage(4_000_000_000));
    await emptied(app);
  });

  it('is sent once, whoever of several pods takes it', async () => {
    const other = await startApp({ uri: app.uri, env: mailing(smtp, { SMTP_CONNECTIONS: '5' }) });
    try {
      const { id, address } = await aRecipient(app);
      const subjects = Array.from({ length: 60 }, (_, index) => `Number ${index}`);
      await Promise.all(
        subjects.map((subject, index) => post(index % 2 === 0 ? app : other, aMessage(id, { subject }))),
      );
      await emptied(app);
      const received = mailsTo(address).map(({ parsed }) => parsed.subject ?? '');
      expect(received.sort()).to.deep.equal([...subjects].sort());
    } finally {
      await other.stop();
    }
  });
});

describe('Mail whose server is in trouble', () => {
  let time = new Date();
  const clock = { now: () => time };
  const pass = (minutes: number) => (time = new Date(time.getTime() + minutes * 60_000));
  let smtp: Smtp;
  let app: TestApp;
  let log: ReturnType<typeof recordingLogger>;
  before(async () => {
    smtp = await startSmtp();
    log = recordingLogger();
    app = await startApp({ env: mailing(smtp), clock, logger: log.logger });
  });
  after(async () => {
    await app.stop();
    await smtp.stop();
  });
  beforeEach(() => (smtp.answer = {}));
  const mailsTo = (address: string) => smtp.mails.filter(({ to }) => to.includes(address));

  it('is sent when the server is back', async () => {
    const { id, address } = await aRecipient(app);
    await smtp.stop();
    await post(app, aMessage(id));
    await eventually('an attempt', async () => (await attemptsOf(app)).includes(1));
    await smtp.start();
    pass(1);
    await eventually('the mail', () => mailsTo(address).length > 0);
    await emptied(app);
    expect(mailsTo(address)).to.have.length(1);
  });

  it('waits longer after each time that it is told to come later, and keeps its Message-ID', async () => {
    const { id, address } = await aRecipient(app);
    smtp.answer = { DATA: { code: 451, text: `4.7.1 <${address}> greylisted` } };
    await post(app, aMessage(id));
    const [{ message_id: messageId } = {}] = await app.rows('SELECT message_id FROM mail');
    const waits: number[] = [];
    for (const attempt of [1, 2, 3]) {
      await eventually(`attempt ${attempt}`, async () => {
        const rows = await app.rows('SELECT id FROM mail WHERE attempts = ? AND lease IS NULL', [attempt]);
        return rows.length === 1;
      });
      const [row] = await app.rows('SELECT due_at FROM mail');
      waits.push((Number(row?.due_at) - time.getTime()) / 1000);
      time = new Date(Number(row?.due_at));
    }
    for (const [index, wait] of waits.entries()) expect(wait).to.be.within(24 * 2 ** index, 36 * 2 ** index);
    smtp.answer = {};
    pass(5);
    await eventually('the mail', () => mailsTo(address).length > 0);
    expect(mailsTo(address)[0]?.parsed.messageId).to.equal(`<${String(messageId)}@stars.example>`);
    await emptied(app);
  });

  it('is given up when the server refuses it for good, with a line in the log that tells nothing of its recipient', async () => {
    const { id, address } = await aRecipient(app);
    smtp.answer = { 'RCPT TO': { code: 550, text: `5.1.1 <${address}> no such user` } };
    const before = smtp.attempts;
    await post(app, aMessage(id));
    await emptied(app);
    expect(smtp.attempts - before).to.equal(1);
    const line =
      log
        .text()
        .split('\n')
        .find((one) => one.includes('Mail refused')) ?? '';
    expect(JSON.parse(line)).to.deep.include({ level: 'warn', message: 'Mail refused', kind: 'booked', attempts: 1 });
    expect(line).to.include('answered with 550');
    expect(log.text()).to.not.include(address).and.not.include('zoe.');
  });

  it('waits when the sender or the log-in is refused, which somebody may put right', async () => {
    const { id, address } = await aRecipient(app);
    smtp.answer = { 'MAIL FROM': { code: 550, text: 'sender not allowed' } };
    await post(app, aMessage(id));
    await eventually('an attempt', async () => (await attemptsOf(app)).includes(1));
    smtp.answer = {};
    pass(1);
    await eventually('the mail', () => mailsTo(address).length > 0);
    await emptied(app);
  });

  const refusals = [
    '5.4.5 Daily user sending limit exceeded',
    '5.7.0 The limit on the number of allowed outgoing messages was exceeded',
    'Message rejected: Email address is not verified: trips@stars.example',
  ];
  for (const text of refusals) {
    it(`waits when the server says after the whole mail: "${text.slice(0, 30)}…"`, async () => {
      const { id, address } = await aRecipient(app);
      smtp.answer = { DATA: { code: 550, text } };
      await post(app, aMessage(id));
      await eventually('an attempt', async () => (await attemptsOf(app)).includes(1));
      smtp.answer = {};
      // the server as a whole may be left in peace for some minutes
      pass(10);
      await eventually('the mail', () => mailsTo(address).length > 0);
      await emptied(app);
    });
  }

  it('says in the log when the address may need a server with SMTPUTF8, without the address', async () => {
    const { id } = await aRecipient(app);
    await app.rows('UPDATE traveller SET email_address = ? WHERE id = ?', ['jürgen@example.com', id]);
    smtp.answer = { 'RCPT TO': { code: 553, text: '5.6.7 SMTPUTF8 is required' } };
    await post(app, aMessage(id));
    await emptied(app);
    const line = log.text().split('\n').findLast((one) => one.includes('Mail refused')) ?? ''; // prettier-ignore
    expect(line).to.include('answered with 553 5.6.7').and.include('SMTPUTF8').and.not.include('rgen');
  });

  it('lapses when it could not be sent for too long, or sooner where it says so', async () => {
    const { id, address } = await aRecipient(app);
    smtp.answer = { DATA: { code: 451, text: 'later' } };
    await post(app, aMessage(id), aMessage(id, { lapsesAt: new Date(time.getTime() + 3_600_000) }));
    await eventually('two attempts', async () => (await attemptsOf(app)).join() === '1,1');
    smtp.answer = {};
    pass(61);
    await eventually('one mail', () => mailsTo(address).length === 1);
    smtp.answer = { DATA: { code: 451, text: 'later' } };
    await post(app, aMessage(id));
    await eventually('an attempt', async () => (await attemptsOf(app)).join() === '1');
    smtp.answer = {};
    pass(24 * 60);
    await emptied(app);
    expect(mailsTo(address)).to.have.length(1);
  });
});

describe('Mail from a sender with an international domain', () => {
  it('has no byte beyond ASCII in its head', async () => {
    const smtp = await startSmtp();
    const app = await startApp({ env: mailing(smtp, { MAIL_FROM: 'Sterne für alle <trips@bücher.example>' }) });
    try {
      const { id } = await aRecipient(app);
      await post(app, aMessage(id));
      await emptied(app);
      const [head = ''] = smtp.mails[0]?.raw.split('\r\n\r\n') ?? [];
      expect(head).to.match(/^Message-ID: <[^@]+@xn--bcher-kva\.example>/m);
      expect(head).to.match(/^[\0-\x7f]+$/);
    } finally {
      await app.stop();
      await smtp.stop();
    }
  });
});

describe('Mail to a server that asks for a log-in', () => {
  const account = { user: 'vacations', password: 'p@ss:w/rd' };
  const sends = async (smtp: Smtp, env: Readonly<Record<string, string>>) => {
    const log = recordingLogger();
    const app = await startApp({ env: mailing(smtp, env), logger: log.logger });
    try {
      const { id } = await aRecipient(app);
      await post(app, aMessage(id));
      await eventually('an attempt', async () => {
        const [row] = await app.rows('SELECT attempts, lease FROM mail');
        return row === undefined || (row.attempts === 1 && row.lease === null);
      });
      return { log: log.text(), mails: smtp.mails };
    } finally {
      await app.stop();
      await smtp.stop();
    }
  };

  for (const tls of ['start', 'upgrade'] as const) {
    it(`goes encrypted, ${tls === 'start' ? 'from the first byte' : 'by STARTTLS'}`, async () => {
      const smtp = await startSmtp({ tls, account });
      const { mails, log } = await sends(smtp, {});
      expect(mails.map(({ user, encrypted }) => [user, encrypted])).to.deep.equal([['vacations', true]]);
      expect(log).to.not.include(account.password);
    });

    it(`does not go where the certificate is not known (${tls})`, async () => {
      const smtp = await startSmtp({ tls, account });
      const { mails, log } = await sends(smtp, { SMTP_CA: '' });
      expect(mails).to.deep.equal([]);
      expect(log).to.include('Mail could not be sent yet').and.not.include(account.password);
    });
  }

  it('does not go, and the password neither, where the server has no STARTTLS', async () => {
    const smtp = await startSmtp();
    const env = { SMTP_URL: smtp.url.replace('smtp://', 'smtp://ada:hunter2@').replace('?tls=off', '') };
    const { mails, log } = await sends(smtp, env);
    expect(mails).to.deep.equal([]);
    expect(log).to.include('STARTTLS').and.not.include('hunter2');
  });

  it('waits when the password is wrong, which the log tells without it', async () => {
    const smtp = await startSmtp({ tls: 'upgrade', account });
    const { mails, log } = await sends(smtp, { SMTP_URL: smtp.url.replace('vacations', 'somebody') });
    expect(mails).to.deep.equal([]);
    expect(log).to.include('answered with 535').and.not.include(encodeURIComponent(account.password));
    expect(log).to.not.include(account.password).and.not.include('somebody');
  });
});

describe('Mail in pods that end', function () {
  this.timeout(120_000);
  const secret = 'the same in all pods 0123';
  let smtp: Smtp;
  let writer: TestApp;
  let held: PromiseWithResolvers<undefined>;
  beforeEach(async () => {
    smtp = await startSmtp();
    writer = await startApp({ env: { secret_key: secret } });
    held = Promise.withResolvers();
    smtp.hold = held.promise;
  });
  afterEach(async () => {
    await writer.stop();
    await smtp.stop();
  });

  /** A pod that is just sending: the server has the mail and does not say so. */
  const midway = async (settings: Readonly<Record<string, string>> = {}) => {
    const { id } = await aRecipient(writer);
    const outbox = createMailOutbox({
      store: createMailStore(writer.database),
      sealers: createMailSealers([secret]),
      clock: systemClock,
      lapseHours: 24,
      onAdded: () => undefined,
    });
    await writer.database.transaction((transaction) => outbox.add(aMessage(id), transaction));
    const pod = await startWebApp(writer.uri, { secret_key: secret, ...mailing(smtp), ...settings });
    await eventually('the whole mail', () => smtp.received === 1);
    return pod;
  };
  const laterPod = async (minutes: number) => {
    const clock = { now: () => new Date(Date.now() + minutes * 60_000) };
    const pod = await startApp({ uri: writer.uri, env: { secret_key: secret, ...mailing(smtp) }, clock });
    await emptied(writer);
    await pod.stop();
  };

  it('is sent by another after the lease when one was killed while sending', async () => {
    const pod = await midway();
    await pod.kill();
    await smtp.stop();
    held.resolve(undefined);
    smtp.hold = undefined;
    await smtp.start();
    await eventually('the mail of who was killed', () => smtp.mails.length === 1);
    const early = await startApp({ uri: writer.uri, env: { secret_key: secret, ...mailing(smtp) } });
    await early.stop();
    expect(await writer.rows('SELECT attempts FROM mail WHERE lease IS NOT NULL')).to.deep.equal([{ attempts: 1 }]);
    await laterPod(2);
    expect(smtp.mails).to.have.length(2);
  });

  it('is waited for on SIGTERM', async () => {
    const pod = await midway();
    const stopped = pod.stop();
    held.resolve(undefined);
    await stopped;
    expect(smtp.mails).to.have.length(1);
    expect(await writer.rows('SELECT id FROM mail')).to.deep.equal([]);
  });

  it('is given back on SIGTERM when it takes too long, and another sends it at once', async () => {
    const pod = await midway({ DRAIN_SECONDS: '1', DRAIN_GRACE_SECONDS: '0', SMTP_TIMEOUT_SECONDS: '60' });
    await pod.stop();
    expect(await writer.rows('SELECT attempts, lease FROM mail')).to.deep.equal([{ attempts: 0, lease: null }]);
    smtp.hold = undefined;
    await laterPod(0);
    expect(smtp.mails).to.have.length(1);
    held.resolve(undefined);
  });
});

describe('Mail where SMTP_URL is not set', () => {
  it('is not written', async () => {
    const app = await startApp();
    try {
      const { id } = await aRecipient(app);
      await post(app, aMessage(id));
      expect(await app.rows('SELECT id FROM mail')).to.deep.equal([]);
    } finally {
      await app.stop();
    }
  });
});
