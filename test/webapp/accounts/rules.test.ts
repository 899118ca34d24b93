import { expect } from 'chai';
import { loadCommonPasswords } from '../../../webapp/accounts/common-passwords.ts';
import {
  comparisonKey,
  emailError,
  passwordError,
  type Registration,
  registrationErrors,
  usernameError,
} from '../../../webapp/accounts/rules.ts';

const RULES = { minimumLength: 8, isCommon: (password: string) => password === 'password123' };
const FREE = { username: false, emailAddress: false };

function aRegistration(overrides: Partial<Registration> = {}): Registration {
  const password = 'a giraffe on the moon';
  return {
    username: 'traveller1',
    name: 'Ada',
    emailAddress: 'ada@example.com',
    password,
    confirmPassword: password,
    ...overrides,
  };
}

describe('The rules of registration', () => {
  it('accept a sound one', () => {
    expect(registrationErrors(aRegistration(), FREE, RULES)).to.deep.equal({});
  });

  it('tell what is taken', () => {
    expect(registrationErrors(aRegistration(), { username: true, emailAddress: true }, RULES)).to.deep.equal({
      username: 'Username already exists. Please try a different username.',
      email_address: 'Email already in use. Please use a different email address.',
    });
  });

  it('tell every broken rule at once, in the order of the form', () => {
    const errors = registrationErrors(
      { username: 'short', name: '', emailAddress: 'x', password: '12345', confirmPassword: '54321' },
      FREE,
      RULES,
    );
    expect(Object.entries(errors)).to.deep.equal([
      ['username', 'Field must be between 8 and 30 characters long.'],
      ['name', 'Field must be between 1 and 30 characters long.'],
      ['email_address', 'Invalid email address.'],
      ['password', 'Field must be at least 6 characters long.'],
      ['confirm_password', 'Field must be equal to password.'],
    ]);
  });

  const usernames: [string, boolean][] = [
    ['1234567', false],
    ['12345678', true],
    ['x'.repeat(30), true],
    ['x'.repeat(31), false],
    ['🚀'.repeat(30), true],
    ['with\u0000control', false],
    ['line\nbreak 1', false],
    ['zwölf äöü', true],
  ];
  for (const [username, good] of usernames) {
    it(`${good ? 'accept' : 'refuse'} the username ${JSON.stringify(username)}`, () => {
      expect(usernameError(username) === undefined).to.equal(good);
    });
  }

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
  ];
  for (const [address, good] of addresses) {
    it(`${good ? 'accept' : 'refuse'} the address ${JSON.stringify(address.slice(0, 40))} (${address.length})`, () => {
      expect(emailError(address) === undefined).to.equal(good);
    });
  }

  const passwords: [string, string | undefined][] = [
    ['', 'Field must be at least 6 characters long.'],
    ['12345', 'Field must be at least 6 characters long.'],
    ['123456', 'Field must be at least 8 characters long.'],
    ['1234567', 'Field must be at least 8 characters long.'],
    ['qtm4.wkz', undefined],
    ['🦒'.repeat(8), undefined],
    ['x'.repeat(128), undefined],
    ['x'.repeat(129), 'Field cannot be longer than 128 characters.'],
    ['password123', 'This password is one of the most common. Choose one that is harder to guess.'],
  ];
  for (const [password, message] of passwords) {
    it(`say ${message ?? 'nothing'} of a password of ${[...password].length} characters`, () => {
      expect(passwordError(password, RULES)).to.equal(message);
    });
  }

  it('compare names without regard to case or to how an accent is written', () => {
    expect(comparisonKey('ÉMILIE')).to.equal(comparisonKey('E\u0301milie'));
  });
});

describe('The list of common passwords', () => {
  const isCommon = loadCommonPasswords();

  it('knows the commonest in any case, and nothing of its own head', () => {
    for (const password of ['password', 'PassWord', '12345678', 'iloveyou', 'trustno1']) {
      expect(isCommon(password), password).to.equal(true);
    }
    for (const password of ['', 'a giraffe on the moon', '# Source']) expect(isCommon(password)).to.equal(false);
  });
});
