import { expect } from 'chai';
import { parseMailbox, parsePublicUrl, parseSmtpUrl } from '../../../webapp/mail/settings.ts';

describe('SMTP_URL', () => {
  it('tells server, port, account and how the connection is encrypted', () => {
    expect(parseSmtpUrl('smtps://ada:p%40ss%3A@mail.example')).to.deep.equal({
      host: 'mail.example',
      port: 465,
      tls: 'start',
      user: 'ada',
      password: 'p@ss:',
    });
    expect(parseSmtpUrl('smtp://mail.example')).to.deep.equal({ host: 'mail.example', port: 587, tls: 'upgrade' });
    expect(parseSmtpUrl('smtp://[::1]:2525/?tls=off')).to.deep.equal({ host: '::1', port: 2525, tls: 'off' });
  });

  it('is refused with a sentence that holds nothing of it', () => {
    const wrong = {
      'mail.example': 'form',
      'http://hunter2:hunter2@mail.example': 'form',
      'smtp://': 'form',
      'smtp://ada:%zz@mail.example': 'percent sign',
      'smtp://hunter2:hunter2@mail.example?tls=off': 'password, which anybody could read',
      'smtps://mail.example?tls=off': 'with smtps',
      'smtp://mail.example/hunter2': 'nothing after the port',
      'smtp://mail.example?rejectUnauthorized=false': 'nothing after the port',
    };
    for (const [url, reason] of Object.entries(wrong)) {
      expect(parseSmtpUrl(url), url).to.be.a('string').and.include(reason).and.not.include('hunter2');
    }
  });
});

describe('MAIL_FROM', () => {
  it('is an address, with or without a name', () => {
    expect(parseMailbox('trips@example.com')).to.deep.equal({ name: '', address: 'trips@example.com' });
    const named = { name: 'Vacations, Étoile', address: 'trips@example.com' };
    expect(parseMailbox('Vacations, Étoile <trips@example.com>')).to.deep.equal(named);
    expect(parseMailbox('"Vacations, Étoile" <trips@example.com>')).to.deep.equal(named);
  });

  it('is nothing else', () => {
    for (const text of ['', 'nobody', 'a@b.example\nBcc: x@y.example', 'A <a@b.example> x', 'A\r <a@b.example>']) {
      expect(parseMailbox(text), text).to.equal(undefined);
    }
  });
});

describe('PUBLIC_URL', () => {
  it('is the address of a site', () => {
    expect(parsePublicUrl('https://Travel.example/')).to.equal('https://travel.example');
    expect(parsePublicUrl('http://10.0.0.7:30080')).to.equal('http://10.0.0.7:30080');
  });

  it('is nothing else', () => {
    const wrong = ['', 'travel.example', 'ftp://travel.example', 'https://u:p@travel.example', 'https://t.example/app'];
    for (const text of [...wrong, 'https://t.example/?a', 'https://t.example/#a']) {
      expect(parsePublicUrl(text), text).to.equal(undefined);
    }
  });
});
