import { expect } from 'chai';
import { until } from '../../../scripts/cluster/run.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { type Smtp, startSmtp } from '../../support/smtp.ts';
import { hiddenFields, type WebClient } from './web-client.ts';
import { aTrip, mailing, PASSWORD, startApp, type TestApp } from './world.ts';

type Client = WebClient & { readonly username: string };

const NOT_YOURS = 'This is not your password.';
const addressOf = ({ username }: { readonly username: string }) => `${username}@example.com`;

let count = 0;
const newAddress = () => `new.${process.pid}.${++count}@example.com`;

const changeAddress = (client: WebClient, email_address: string, email_password = PASSWORD) =>
  client.submit('/account', '/account/email', { email_address, email_password });

const storedAddress = async (app: TestApp, { username }: Client) =>
  (await app.rows('SELECT email_address FROM traveller WHERE username = ?', [username]))[0]?.email_address;

describe('The own name', () => {
  let app: TestApp;
  before(async () => (app = await startApp({ env: { LIMIT_ACCOUNT_CHANGE: '5/1h' } })));
  after(() => app.stop());

  const changeName = (client: WebClient, name: string) => client.submit('/account', '/account/name', { name });

  it('is corrected, and all devices and tickets show it', async () => {
    const client = await app.traveller();
    const elsewhere = app.client();
    await elsewhere.submit('/login', '/login', { username: client.username, password: PASSWORD });
    const booked = await client.follow(await client.submit('/book', '/book', aTrip()));
    const ticket = /href="(\/reservation\/\w{8}\/ticket)"/.exec(booked.text)?.[1] ?? '';
    const answer = await changeName(client, 'Ada King, Countess of Lovelace');
    expect([answer.status, answer.location]).to.deep.equal([303, '/account']);
    const page = await client.follow(answer);
    expect(page.alerts).to.deep.equal(['Success! Your name has been changed.']);
    expect(page.text).to.include('value="Ada King, Countess of Lovelace"');
    for (const one of [client, elsewhere]) expect((await one.get(ticket)).text).to.include('Countess of Lovelace');
    expect(JSON.parse((await client.get('/account/data')).text)).to.include({ name: 'Ada King, Countess of Lovelace' });
  });

  it('is refused where a new account could not have it, at its field and with what was typed', async () => {
    const client = await app.traveller();
    const answer = await changeName(client, 'W'.repeat(61));
    expect([answer.status, answer.alerts]).to.deep.equal([422, ['Field must be between 1 and 60 characters long.']]);
    expect(answer.text).to.match(/id="name"[^>]* aria-invalid="true" aria-describedby="name_error"/);
    expect(answer.text)
      .to.include(`value="${'W'.repeat(61)}"`)
      .and.include(`value="${addressOf(client)}"`);
    expect((await changeName(client, 'see www.evil.example')).status).to.equal(422);
  });

  it('is changed only so often', async () => {
    const client = await app.traveller();
    const statuses: number[] = [];
    for (let times = 0; times < 6; times++) statuses.push((await changeName(client, `Ada ${times}`)).status);
    expect(statuses).to.deep.equal([303, 303, 303, 303, 303, 429]);
    expect((await changeName(await app.traveller(), 'Somebody else')).status).to.equal(303);
  });
});

describe('The own e-mail address where no mail is sent', () => {
  let app: TestApp;
  before(async () => (app = await startApp()));
  after(() => app.stop());

  it('is changed at once, when the password is right', async () => {
    const [client, address] = [await app.traveller(), newAddress()];
    const answer = await changeAddress(client, address);
    expect([answer.status, answer.location]).to.deep.equal([303, '/account']);
    const page = await client.follow(answer);
    expect(page.alerts).to.deep.equal(['Success! Your e-mail address has been changed.']);
    expect(page.text).to.include(`value="${address}"`);
    expect(await storedAddress(app, client)).to.equal(address);
    expect((await client.get('/reservation')).status).to.equal(200);
    // the old one is free again
    expect((await changeAddress(await app.traveller(), addressOf(client))).status).to.equal(303);
  });

  it('stays when the form has mistakes, which are all told at once', async () => {
    const client = await app.traveller();
    const wrong = await changeAddress(client, 'no address', 'wrong');
    expect([wrong.status, wrong.alerts]).to.deep.equal([422, ['Invalid email address.', NOT_YOURS]]);
    for (const field of ['email_address', 'email_password']) {
      expect(wrong.text).to.match(new RegExp(`id="${field}"[^>]* aria-describedby="[^"]*${field}_error"`));
    }
    expect(wrong.text).to.include('value="no address"');
    expect(await storedAddress(app, client)).to.equal(addressOf(client));
  });

  it('is told to somebody who gives it again, as a form that is sent twice does', async () => {
    const [client, address] = [await app.traveller(), newAddress()];
    const form = hiddenFields((await client.get('/account')).text, '/account/email');
    const send = () => client.post('/account/email', { ...form, email_address: address, email_password: PASSWORD });
    expect((await client.follow(await send())).alerts[0]).to.match(/^Success/);
    const again = await client.follow(await send());
    expect([again.status, again.alerts]).to.deep.equal([200, [`Your e-mail address is ${address}.`]]);
    expect((await changeAddress(client, address, 'wrong')).alerts).to.deep.equal([NOT_YOURS]);
  });

  it('is nobody else’s, in any spelling, which only the right password tells; other letters of the own one are fine', async () => {
    const [client, other] = [await app.traveller(), await app.traveller()];
    await changeAddress(other, 'zoe@xn--bcher-kva.example');
    const taken = await changeAddress(client, 'ZOE@bücher.example');
    expect(taken.alerts).to.deep.equal(['Email already in use. Please use a different email address.']);
    expect((await changeAddress(client, 'ZOE@bücher.example', 'wrong')).alerts).to.deep.equal([NOT_YOURS]);
    expect((await changeAddress(client, addressOf(client).toUpperCase())).status).to.equal(303);
  });

  it('goes to one of two who ask for it at the same time', async () => {
    const [clients, address] = [[await app.traveller(), await app.traveller()], newAddress()];
    const answers = await Promise.all(clients.map((client) => changeAddress(client, address)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 422]);
  });

  it('counts wrong passwords with those of the other forms', async () => {
    const client = await app.traveller();
    for (let guess = 0; guess < 10; guess++) await changeAddress(client, newAddress(), 'a guess');
    expect((await changeAddress(client, newAddress())).status).to.equal(429);
  });
});

describe('The own e-mail address where mail is sent', () => {
  let time = new Date();
  const clock = { now: () => time };
  const log = recordingLogger();
  let smtp: Smtp;
  let app: TestApp;
  before(async () => {
    smtp = await startSmtp();
    const env = mailing(smtp, { EMAIL_CHANGE_MINUTES: '60', LIMIT_EMAIL_CHANGE: '3/1h', SESSION_MAX_HOURS: '720' });
    app = await startApp({ env, clock, logger: log.logger });
  });
  after(async () => {
    await app.stop();
    await smtp.stop();
  });

  const mailsTo = (address: string) => smtp.mails.filter(({ to }) => to.includes(address));
  const nextMail = async (address: string, number = 1) => {
    await until(`mail ${number} to ${address}`, 20_000, () => Promise.resolve(mailsTo(address).length >= number));
    return mailsTo(address)[number - 1];
  };
  const linkTo = async (address: string, number = 1): Promise<string> => {
    const text = (await nextMail(address, number))?.parsed.text ?? '';
    return /https:\/\/stars\.example(\/account\/email\/confirm\?token=[\w-]{43})\s/.exec(text)?.[1] ?? '';
  };
  const open = async (client: WebClient, link: string) => {
    const answer = await client.get(link);
    return answer.status === 303 ? client.follow(answer) : answer;
  };
  const confirm = async (client: WebClient, link: string) => {
    const page = await open(client, link);
    return client.post('/account/email/confirm', hiddenFields(page.text, '/account/email/confirm'));
  };
  const asks = async (client: Client, address = newAddress(), number = 1) => {
    expect((await changeAddress(client, address)).status).to.equal(303);
    return { address, link: await linkTo(address, number) };
  };

  it('is changed by the link in a mail to the new one, and the old one is told before and after', async () => {
    const [client, address] = [await app.traveller(), newAddress()];
    const asked = await changeAddress(client, address);
    expect([asked.status, asked.location]).to.deep.equal([303, '/account']);
    const account = await client.follow(asked);
    expect(account.alerts[0]).to.include(address).and.include('Until you open it');
    expect(account.text)
      .to.include(`value="${addressOf(client)}"`)
      .and.include(`We sent a link to <strong>${address}`);
    const link = await linkTo(address);
    const told = await nextMail(addressOf(client));
    expect(told?.parsed.subject).to.equal('Another e-mail address for your account');
    expect(told?.parsed.text).to.not.include(address).and.not.include('token');
    expect(await storedAddress(app, client)).to.equal(addressOf(client));

    const page = await open(client, link);
    expect(page.status).to.equal(200);
    expect(page.text).to.include(address);
    expect(await storedAddress(app, client), 'looking changes nothing').to.equal(addressOf(client));
    const done = await confirm(client, link);
    expect([done.status, done.location]).to.deep.equal([303, '/account']);
    const after = await client.follow(done);
    expect(after.alerts).to.deep.equal(['Success! Your e-mail address has been changed.']);
    expect(after.text).to.not.include('We sent a link');
    expect(await storedAddress(app, client)).to.equal(address);
    const last = await nextMail(addressOf(client), 2);
    expect(last?.parsed.subject).to.equal('Your e-mail address has been changed');
    expect(last?.parsed.text).to.not.include(address);
    await client.submit('/book', '/book', aTrip());
    expect((await nextMail(address, 2))?.parsed.subject).to.match(/^Booked/);
  });

  it('gets one link for a form that is sent twice, and another a minute later', async () => {
    const [client, address] = [await app.traveller(), newAddress()];
    const form = hiddenFields((await client.get('/account')).text, '/account/email');
    const send = () => client.post('/account/email', { ...form, email_address: address, email_password: PASSWORD });
    const answers = await Promise.all([send(), send()]);
    expect(answers.map(({ status, location }) => `${status} ${location}`)).to.deep.equal(Array(2).fill('303 /account'));
    time = new Date(time.getTime() + 60_000);
    await send();
    const link = await linkTo(address, 2);
    expect((await confirm(client, link)).status).to.equal(303);
    expect(mailsTo(address)).to.have.length(2);
  });

  it('is changed after a log-in, where the link is opened on another device', async () => {
    const client = await app.traveller();
    const { address, link } = await asks(client);
    const device = app.client();
    const first = await device.follow(await device.get(link));
    expect([first.status, first.location]).to.deep.equal([303, '/login?next=%2Faccount%2Femail%2Fconfirm']);
    const logIn = { username: client.username, password: PASSWORD };
    const page = await device.follow(await device.submit(first.location ?? '', '/login', logIn));
    expect(page.text).to.include(address);
    const fields = hiddenFields(page.text, '/account/email/confirm');
    expect((await device.post('/account/email/confirm', fields)).status).to.equal(303);
    expect(await storedAddress(app, client)).to.equal(address);
  });

  it('is changed once by a link: sent again it is told the same, and undoes no later change', async () => {
    const client = await app.traveller();
    const { link } = await asks(client);
    await nextMail(addressOf(client), 1);
    const fields = hiddenFields((await open(client, link)).text, '/account/email/confirm');
    const answers = await Promise.all([1, 2, 3].map(() => client.post('/account/email/confirm', fields)));
    expect(answers.map(({ status, location }) => `${status} ${location}`)).to.deep.equal(Array(3).fill('303 /account'));
    await nextMail(addressOf(client), 2);
    expect((await client.get('/account/email/confirm')).location).to.equal('/account');
    const later = await asks(client);
    expect((await client.post('/account/email/confirm', fields)).status, 'the older link').to.equal(410);
    await confirm(client, later.link);
    expect((await open(client, link)).status).to.equal(410);
    expect(await storedAddress(app, client)).to.equal(later.address);
    const told = mailsTo(addressOf(client)).map(({ parsed }) => parsed.subject);
    expect(told, 'one mail for each step').to.deep.equal([
      'Another e-mail address for your account',
      'Your e-mail address has been changed',
    ]);
  });

  it('is not changed by a link that is too old, of an older request, altered, or somebody else’s', async () => {
    const [client, somebody] = [await app.traveller(), await app.traveller()];
    const older = await asks(client);
    const newer = await asks(client);
    const altered = newer.link.replace(/=(.)/, (_all, one) => `=${one === 'x' ? 'y' : 'x'}`);
    for (const link of [older.link, altered, '/account/email/confirm?token=short', `${newer.link}&token=x`]) {
      expect((await open(client, link)).status, link).to.equal(410);
    }
    const form = hiddenFields((await open(client, newer.link)).text, '/account/email/confirm');
    const theirs = hiddenFields((await somebody.get('/account')).text, '/account/email');
    expect((await open(somebody, newer.link)).status).to.equal(410);
    expect((await somebody.post('/account/email/confirm', theirs)).status).to.equal(410);
    time = new Date(time.getTime() + 61 * 60_000);
    expect((await client.post('/account/email/confirm', form)).status).to.equal(410);
    expect((await open(client, newer.link)).status).to.equal(410);
    expect((await client.get('/account')).text).to.not.include('We sent a link');
    expect(await storedAddress(app, client)).to.equal(addressOf(client));
    expect(await storedAddress(app, somebody)).to.equal(addressOf(somebody));
  });

  it('is not changed once the password was, so that its owner can stop somebody else', async () => {
    const client = await app.traveller();
    const { link } = await asks(client);
    const password = 'another giraffe on the moon';
    const fields = { current_password: PASSWORD, password, confirm_password: password };
    expect((await client.submit('/account', '/account/password', fields)).status).to.equal(303);
    expect((await open(client, link)).status).to.equal(410);
  });

  it('is told politely that somebody else has registered it meanwhile', async () => {
    const client = await app.traveller();
    const { address, link } = await asks(client);
    const page = await open(client, link);
    const somebody = await app.traveller();
    await confirm(somebody, (await asks(somebody, address, 2)).link);
    const answer = await client.post('/account/email/confirm', hiddenFields(page.text, '/account/email/confirm'));
    expect((await client.follow(answer)).alerts).to.deep.equal([
      'Email already in use. Please use a different email address.',
    ]);
    expect(await storedAddress(app, client)).to.equal(addressOf(client));
  });

  it('takes the links for a new password that went to the old one out of force', async () => {
    const client = await app.traveller();
    await app.client().submit('/forgotten-password', '/forgotten-password', { email_address: addressOf(client) });
    const text = (await nextMail(addressOf(client)))?.parsed.text ?? '';
    const reset = /https:\/\/stars\.example(\/reset-password\?token=[\w-]{43})\s/.exec(text)?.[1] ?? '';
    await confirm(client, (await asks(client)).link);
    expect((await open(app.client(), reset)).status).to.equal(410);
  });

  it('is asked for only so often, by one traveller and for one address', async () => {
    const address = newAddress();
    const statuses: number[] = [];
    for (let times = 0; times < 4; times++) {
      statuses.push((await changeAddress(await app.traveller(), address)).status);
    }
    expect(statuses).to.deep.equal([303, 303, 303, 429]);
  });

  it('has a link whose secret is in no page, no log and no row, and all of it goes with the account', async () => {
    const client = await app.traveller();
    const { address, link } = await asks(client);
    const token = link.split('=')[1] ?? '';
    const answer = await client.get(link);
    expect([answer.status, answer.location]).to.deep.equal([303, '/account/email/confirm']);
    expect(answer.headers.get('referrer-policy')).to.equal('no-referrer');
    expect((await client.follow(answer)).text).to.not.include(token);
    const rows = async (table: string) =>
      app.rows(`SELECT * FROM ${table} WHERE traveller_id = (SELECT id FROM traveller WHERE username = ?)`, [
        client.username,
      ]);
    expect(await rows('email_change')).to.have.length(1);
    expect(JSON.stringify(await rows('email_change')) + log.text()).to.not.include(token);
    expect(JSON.parse((await client.get('/account/data')).text)).to.include({ emailAddressToConfirm: address });
    await client.submit('/account', '/account/delete', { delete_password: PASSWORD });
    expect(await app.rows('SELECT * FROM email_change WHERE email_address = ?', [address])).to.deep.equal([]);
  });

  it('leads from the addresses of its forms to their pages', async () => {
    const client = await app.traveller();
    for (const path of ['/account/name', '/account/email']) {
      expect((await client.get(path)).location, path).to.equal('/account');
      expect((await app.client().get(path)).location).to.match(/^\/login\?next=/);
    }
    expect((await client.get('/account/email/confirm')).location).to.equal('/account');
  });
});
