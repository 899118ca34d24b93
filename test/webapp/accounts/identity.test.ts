import { expect } from 'chai';
import fc from 'fast-check';
import { createKnownDevices } from '../../../webapp/accounts/known-devices.ts';
import { emailIdentity, usernameIdentity } from '../../../webapp/accounts/identity.ts';
import { accountLimits } from '../../../webapp/accounts/limits.ts';
import { readConfig } from '../../../webapp/config.ts';
import { createSigner } from '../../../webapp/signer.ts';
import { anyText, chosen } from '../../support/property.ts';

describe('Who is who', () => {
  const usernames: [string, string, boolean][] = [
    ['Ada Lovelace', 'ada lovelace', true],
    ['ÉMILIE', 'E\u0301milie', true],
    ['Ａｄａ', 'ada', true],
    ['𝓐𝓭𝓪', 'ada', true],
    ['ﬁnn', 'finn', true],
    ['GROSS', 'groß', true],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς', true],
    ['οδυσσευς', 'οδυσσευσ', true],
    ['ISPARTA', 'ısparta', true],
    ['İzmir', 'izmir', true],
    ['a\u200bd\u00ada', 'ada', true],
    ['ada\ufe0f', 'ada', true],
    ['ada\u00a0 lovelace', 'ada lovelace', true],
    ['ada', 'adä', false],
    ['аda', 'ada', false],
    ['ada1', 'ada2', false],
  ];
  for (const [a, b, same] of usernames) {
    it(`${JSON.stringify(a)} ${same ? 'is' : 'is not'} the username ${JSON.stringify(b)}`, () => {
      expect(usernameIdentity(a) === usernameIdentity(b)).to.equal(same);
    });
  }

  const addresses: [string, string, boolean][] = [
    ['Ada@Example.COM', 'ada@example.com', true],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example', true],
    ['ada@BÜCHER.example', 'ada@XN--bcher-KVA.example', true],
    ['ada@пример.рф', 'ada@xn--e1afmkfd.xn--p1ai', true],
    ['ada@उदाहरण.भारत', 'ada@xn--p1b6ci4b4b3a.xn--h2brj9c', true],
    ['ada@bu\u0308cher.example', 'ada@bücher.example', true],
    ['JÜRGEN@example.com', 'jürgen@example.com', true],
    ['ada@straße.example', 'ada@strasse.example', false],
    ['ada@bücher.example', 'ada@bucher.example', false],
    ['ada@example.com', 'a.da@example.com', false],
  ];
  for (const [a, b, same] of addresses) {
    it(`${a} ${same ? 'is' : 'is not'} the mailbox ${b}`, () => {
      expect(emailIdentity(a) === emailIdentity(b)).to.equal(same);
    });
  }

  it('does not depend on case, on how Unicode writes it, or on how often it is asked', () => {
    const property = fc.property(anyText, (text) => {
      for (const form of ['NFC', 'NFD'] as const) {
        expect(emailIdentity(text.normalize(form))).to.equal(emailIdentity(text));
      }
      const key = usernameIdentity(text);
      const forms = ['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => text.normalize(form));
      for (const one of [key, text.toUpperCase(), text.toLowerCase(), ...forms]) {
        expect(usernameIdentity(one)).to.equal(key);
      }
    });
    fc.assert(property, chosen(2000));
  });

  it('is what attempts and known devices go by: another spelling has no attempts of its own', () => {
    const { throttling } = readConfig({ db_uri: 'mysql://a:b@c/d', secret_key: 'only for tests 0123456789' });
    const limits = accountLimits(throttling);
    expect(limits.logIn('ＡＤＡ', '192.0.2.1', undefined)).to.deep.equal(limits.logIn('ada', '192.0.2.1', undefined));
    expect(limits.passwordReset('a@bücher.example', undefined)).to.deep.equal(
      limits.passwordReset('a@xn--bcher-kva.example', undefined),
    );
    const devices = createKnownDevices(createSigner(['only for tests 0123456789'], 'device'));
    expect(devices.deviceOf(devices.markFor('ada'), 'ＡＤＡ')).to.be.a('string');
  });
});
