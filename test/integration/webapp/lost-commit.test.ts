import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { hiddenFields } from './web-client.ts';
import { aTrip, mailing, migratedDatabase, startApp, type TestApp } from './world.ts';
import { type Smtp, startSmtp } from '../../support/smtp.ts';

/** What is done twice, or whose end nobody heard of, is done and counted once. */
describe('A commit whose answer is lost', () => {
  let smtp: Smtp;
  let proxy: Proxy;
  let app: TestApp;
  before(async () => {
    smtp = await startSmtp();
    const uri = new URL(await migratedDatabase());
    proxy = await startProxy(Number(uri.port));
    uri.port = String(proxy.port);
    // its mails wait in the outbox
    app = await startApp({
      uri: uri.href,
      env: mailing(smtp, { MAIL_INTERVAL_SECONDS: '3600', SMTP_URL: 'smtp://127.0.0.1:1?tls=off' }),
    });
  });
  after(async () => {
    await app.stop();
    proxy.stop();
    await smtp.stop();
  });

  const count = async (outcome: string): Promise<number> => {
    const line = new RegExp(`^bookings_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(await app.metrics());
    return Number(line?.[1] ?? 0);
  };
  let lostBefore = 0;
  const expectLost = () => {
    expect(proxy.lost()).to.equal(++lostBefore);
  };
  const aBooking = async (departure_date: string) => {
    const traveller = await app.traveller();
    const trip = aTrip({ departure_date, return_date: departure_date.replace(/..$/, '28') });
    expect((await traveller.submit('/book', '/book', trip)).status).to.equal(303);
    const [, reference = ''] =
      /reservation\/([0-9A-Z]{8})\/ticket/.exec((await traveller.get('/reservation')).text) ?? [];
    return { traveller, reference };
  };

  it('sends one mail with a link for a new password', async () => {
    const { username } = await app.traveller();
    const client = app.client();
    proxy.loseNextCommit();
    const fields = { email_address: `${username}@example.com` };
    expect((await client.submit('/forgotten-password', '/forgotten-password', fields)).status).to.be.below(400);
    expectLost();
    expect(await app.rows("SELECT kind FROM mail WHERE kind LIKE '%reset%'")).to.have.length(1);
    expect(await app.rows('SELECT token_hash FROM password_reset')).to.have.length(1);
  });

  it('cancels a trip once, and counts it once, as does a form that is sent twice', async () => {
    const { traveller, reference } = await aBooking('2036-05-05');
    const page = await traveller.get('/reservation');
    const before = await count('cancelled');
    proxy.loseNextCommit();
    const fields = { ...hiddenFields(page.text, '/reservation'), booking: reference };
    expect((await traveller.post('/reservation', fields)).status).to.equal(303);
    expectLost();
    expect(await count('cancelled')).to.equal(before + 1);
    expect((await traveller.post('/reservation', fields)).status).to.equal(303);
    expect(await count('cancelled')).to.equal(before + 1);
    expect(await app.mismatchedGauge()).to.equal(0);
  });

  it('changes dates once, takes a cancellation back once, and counts each once', async () => {
    const { traveller, reference } = await aBooking('2036-06-06');
    const change = `/reservation/${reference}/change`;
    const dates = { departure_date: '2036-07-07', return_date: '2036-07-20' };
    const [changed, undone] = [await count('changed'), await count('undone')];
    for (const sent of [1, 2]) {
      if (sent === 1) proxy.loseNextCommit();
      expect((await traveller.submit(change, change, dates)).status).to.equal(303);
    }
    expectLost();
    expect(await count('changed')).to.equal(changed + 1);
    await traveller.submit('/reservation', '/reservation', {});
    const fields = {
      ...hiddenFields((await traveller.get('/reservation')).text, '/reservation/undo'),
      booking: reference,
    };
    for (const sent of [1, 2]) {
      if (sent === 1) proxy.loseNextCommit();
      expect((await traveller.post('/reservation/undo', fields)).status).to.equal(303);
    }
    expectLost();
    expect(await count('undone')).to.equal(undone + 1);
    expect(await app.mismatchedGauge()).to.equal(0);
  });

  it('puts somebody on a waiting list once, and counts it once', async () => {
    const days = { departure_date: '2036-08-08', return_date: '2036-08-18' };
    for (let place = 0; place < 5; place++) await (await app.traveller()).submit('/book', '/book', aTrip(days));
    const traveller = await app.traveller();
    const before = await count('waitlisted');
    const refused = await traveller.submit('/book', '/book', aTrip(days));
    expect(refused.status).to.equal(409);
    const fields = { ...hiddenFields(refused.text, '/waitlist'), ...aTrip(days) };
    for (const sent of [1, 2]) {
      if (sent === 1) proxy.loseNextCommit();
      expect((await traveller.post('/waitlist', fields)).status).to.equal(303);
    }
    expectLost();
    expect(await count('waitlisted')).to.equal(before + 1);
    expect(await app.rows('SELECT id FROM waiting_list')).to.have.length(1);
  });
});

interface Proxy {
  readonly port: number;
  /** Passes the next COMMIT on, and ends the connection instead of answering. */
  loseNextCommit(): void;
  lost(): number;
  stop(): void;
}

async function startProxy(target: number): Promise<Proxy> {
  let armed = false;
  let lost = 0;
  const server: Server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let isLosing = false;
    client.on('data', (bytes) => {
      if (armed && /^.{5,8}COMMIT/s.test(bytes.toString('latin1'))) {
        armed = false;
        isLosing = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (isLosing) {
        lost++;
        client.destroy();
        upstream.destroy();
      } else client.write(bytes);
    });
    client.on('close', () => upstream.destroy()).on('error', () => undefined);
    upstream.on('close', () => client.destroy()).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    loseNextCommit: () => (armed = true),
    lost: () => lost,
    stop: () => server.close(),
  };
}
