import { expect } from 'chai';
import { emailError, needsSmtpUtf8 } from '../../../webapp/mail/address.ts';

describe('The rules of e-mail addresses', () => {
  const addresses: [string, boolean][] = [
    ['ada@example.com', true],
    ['ada+moon@mail.example.co.uk', true],
    ["o'hara@example.com", true],
    ['jürgen@bücher.example', true],
    [`${'a'.repeat(64)}@example.com`, true],
    [`${'a'.repeat(65)}@example.com`, false],
    [`a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.example`, true],
    [`a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(20)}`, false],
    ['', false],
    ['ada', false],
    ['ada@', false],
    ['@example.com', false],
    ['ada@example', false],
    ['ada@@example.com', false],
    ['a da@example.com', false],
    ['ada@exa mple.com', false],
    ['.ada@example.com', false],
    ['ada..b@example.com', false],
    ['ada@-example.com', false],
    ['ada@example..com', false],
    ['ada@example.com\nbcc: x@y.z', false],
    ['<ada@example.com>', false],
    ['ада@пример.рф', true],
    ['अदा@उदाहरण.भारत', true],
    ['ada@127.0.0.1', false],
    ['ada@[127.0.0.1]', false],
    ['ada@exam%70le.com', false],
    ['ada@exa\u200bmple.com', false],
    ['ada@example_.com', false],
    [`ada@${'ü'.repeat(60)}.example`, false],
    [`${'a'.repeat(60)}@${'ü.'.repeat(60)}example`, false],
  ];
  for (const [address, good] of addresses) {
    it(`${good ? 'accept' : 'refuse'} the address ${JSON.stringify(address.slice(0, 40))} (${address.length})`, () => {
      expect(emailError(address) === undefined).to.equal(good);
    });
  }

  it('know which addresses no server takes without SMTPUTF8', () => {
    expect(['jürgen@example.com', 'ada@bücher.example', 'ada@example.com'].map(needsSmtpUtf8)).to.deep.equal([
      true,
      false,
      false,
    ]);
  });
});
