import { expect } from 'chai';
import ICAL from 'ical.js';
import { until } from '../../../scripts/cluster/run.ts';
import { type ReceivedMail, type Smtp, startSmtp } from '../../support/smtp.ts';
import { hiddenFields } from './web-client.ts';
import { aTrip, mailing, mismatches, startApp, type TestApp } from './world.ts';

describe('A traveller is told by mail', () => {
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

  const nextMail = async (username: string, count: number): Promise<ReceivedMail> => {
    const mails = () => smtp.mails.filter(({ to }) => to.includes(`${username}@example.com`));
    await until(`mail ${count}`, 20_000, () => Promise.resolve(mails().length >= count));
    const mail = mails()[count - 1];
    if (!mail || mails().length > count) throw new Error(`${mails().length} mails`);
    return mail;
  };
  const eventOf = (mail: ReceivedMail) => {
    const [file] = mail.files;
    const calendar = new ICAL.Component(ICAL.parse(file?.text ?? '') as unknown[]);
    const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent') ?? undefined);
    return {
      method: calendar.getFirstPropertyValue('method'),
      uid: event.uid,
      sequence: event.sequence,
      status: event.component.getFirstPropertyValue('status'),
      days: `${event.startDate.toString()} ${event.endDate.toString()}`,
      wholeDays: event.startDate.isDate && event.endDate.isDate,
      summary: event.summary,
      organizer: event.organizer,
    };
  };

  it('that a trip is booked, has other dates, is cancelled, with calendar files that replace one another', async () => {
    const client = await app.traveller();
    await client.submit('/book', '/book', aTrip());
    const booked = await nextMail(client.username, 1);
    expect(booked.parsed.subject).to.equal('Booked: TRAPPIST-1 System, Thursday 3 March 2033');
    expect(booked.parsed.text).to.include('https://stars.example/reservation');
    const event = eventOf(booked);
    expect({ ...event, uid: '' }).to.deep.equal({
      method: 'PUBLISH',
      uid: '',
      sequence: 0,
      status: 'CONFIRMED',
      days: '2033-03-03 2033-03-31',
      wholeDays: true,
      summary: 'Vacation: TRAPPIST-1 System',
      organizer: 'mailto:trips@stars.example',
    });

    const reference = /Reference: +(\w{8})/.exec(booked.parsed.text ?? '')?.[1] ?? '';
    const change = `/reservation/${reference}/change`;
    await client.submit(change, change, { departure_date: '2033-03-04', return_date: '2033-03-31' });
    const changed = eventOf(await nextMail(client.username, 2));
    expect(changed).to.deep.equal({ ...event, sequence: 1, days: '2033-03-04 2033-04-01' });

    await client.submit('/reservation', '/reservation', { booking: reference });
    const mail = await nextMail(client.username, 3);
    expect(mail.parsed.subject).to.equal('Cancelled: TRAPPIST-1 System, Friday 4 March 2033');
    expect(eventOf(mail)).to.deep.equal({ ...changed, method: 'CANCEL', sequence: 2, status: 'CANCELLED' });
  });

  it('that a cancelled trip is on again, that a place is kept for them, and that it is no more', async () => {
    const client = await app.traveller();
    const press = async (one: typeof client, action: string, page = '/reservation') => one.submit(page, action, {});
    const day = { departure_date: '2037-03-03', return_date: '2037-03-30', destination: 'Kepler-452 System' };
    // each waited for, since two that are due at once may overtake one another
    await client.submit('/book', '/book', aTrip(day));
    await nextMail(client.username, 1);
    await press(client, '/reservation');
    await nextMail(client.username, 2);
    await press(client, '/reservation/undo');
    const restored = await nextMail(client.username, 3);
    expect(restored.parsed.subject).to.equal('Booked: Kepler-452 System, Tuesday 3 March 2037');
    expect(eventOf(restored)).to.include({ method: 'PUBLISH', sequence: 2, status: 'CONFIRMED' });

    for (let place = 2; place <= 5; place++) await (await app.traveller()).submit('/book', '/book', aTrip(day));
    const waiting = await app.traveller();
    const page = await waiting.submit('/book', '/book', aTrip(day));
    await waiting.post('/waitlist', { ...hiddenFields(page.text, '/book'), ...aTrip(day) });
    await press(client, '/reservation');
    const offered = await nextMail(waiting.username, 1);
    expect(offered.parsed.subject).to.equal('A place for you: Kepler-452 System, Tuesday 3 March 2037');
    expect(offered.parsed.text).to.match(/it is kept for you until \w+ \d+ \w+ \d{4}, \d\d:\d\d UTC/);
    await app.rows('UPDATE waiting_list SET offered_until = UTC_TIMESTAMP(3)');
    await app.moveUp();
    const lapsed = await nextMail(waiting.username, 2);
    expect(lapsed.parsed.subject).to.equal('No longer kept: Kepler-452 System, Tuesday 3 March 2037');
    expect(await mismatches(app)).to.deep.equal([]);
  });

  it('of nothing that did not happen, and of a form sent twice once', async () => {
    const client = await app.traveller();
    const trip = aTrip({ departure_date: '2034-03-03', return_date: '2034-03-30' });
    await client.submit('/book', '/book', { ...trip, form_key: 'the same form' });
    await client.submit('/book', '/book', { ...trip, form_key: 'the same form' });
    await client.submit('/book', '/book', { ...trip, destination: 'Kepler-452 System' });
    await client.submit('/reservation', '/reservation', { booking: 'NOTATRIP' });
    await until('the outbox to be empty', 20_000, async () => (await app.rows('SELECT id FROM mail')).length === 0);
    const { parsed } = await nextMail(client.username, 1);

    const path = `/reservation/${/Reference: +(\w{8})/.exec(parsed.text ?? '')?.[1] ?? ''}/change`;
    const form = hiddenFields((await client.get(path)).text, path);
    const dates = { departure_date: '2034-03-03', return_date: '2034-03-31' };
    const answers = await Promise.all([1, 2].map(() => client.post(path, { ...form, ...dates })));
    expect(answers.map(({ status }) => status)).to.deep.equal([303, 303]);
    await client.post(path, { ...form, ...dates });
    await until('the outbox to be empty', 20_000, async () => (await app.rows('SELECT id FROM mail')).length === 0);
    expect(eventOf(await nextMail(client.username, 2))).to.include({ sequence: 1, days: '2034-03-03 2034-04-01' });
  });

  it('only so often in an hour, whosever address that is, and trips change no more often', async () => {
    const now = new Date();
    const other = await startApp({ clock: { now: () => now }, env: mailing(smtp, { LIMIT_TRIP_FORMS: '3/1h' }) });
    try {
      const [client, somebody] = [await other.traveller(), await other.traveller()];
      await client.submit('/book', '/book', aTrip());
      await client.submit('/reservation', '/reservation', {});
      await client.submit('/reservation', '/reservation/undo', {});
      const refused = await client.submit('/reservation', '/reservation', {});
      expect(refused.status).to.equal(429);
      expect(refused.headers.get('retry-after')).to.equal('3600');
      expect(refused.text).to.include('Please try again in 60 minutes.');
      expect((await client.get('/reservation')).text, 'the trip stands').to.include('name="cancel"');
      expect((await somebody.submit('/book', '/book', aTrip())).status).to.equal(303);
    } finally {
      await other.stop();
    }
  });

  it('of a place that was kept until the departure was gone: nothing more', async () => {
    let now = new Date('2032-06-15T06:00:00Z');
    const away = { ...mailing(smtp), SMTP_URL: 'smtp://127.0.0.1:9?tls=off', CAPACITY_PER_DEPARTURE: '1' };
    const other = await startApp({ clock: { now: () => now }, env: { ...away, SESSION_MAX_HOURS: '720' } });
    try {
      const day = { departure_date: '2032-06-16', return_date: '2032-06-30' };
      const [one, waiting] = [await other.traveller(), await other.traveller()];
      await one.submit('/book', '/book', aTrip(day));
      const page = await waiting.submit('/book', '/book', aTrip(day));
      await waiting.post('/waitlist', { ...hiddenFields(page.text, '/book'), ...aTrip(day) });
      await one.submit('/reservation', '/reservation', {});
      const kinds = async () => (await other.rows('SELECT kind FROM mail ORDER BY id')).map(({ kind }) => kind);
      expect(await kinds()).to.deep.equal(['booked', 'cancelled', 'place-offered']);
      now = new Date('2032-06-17T12:00:00Z');
      await other.moveUp();
      expect(await kinds()).to.not.include('place-lapsed');
      expect(await other.rows('SELECT id FROM waiting_list')).to.deep.equal([]);
      expect(await mismatches(other)).to.deep.equal([]);
    } finally {
      await other.stop();
    }
  });
});
