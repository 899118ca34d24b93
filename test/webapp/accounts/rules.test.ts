import { expect } from 'chai';
import { loadCommonPasswords } from '../../../webapp/accounts/common-passwords.ts';
import {
  comparisonKey,
  nameError,
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
      emailAddress: 'Email already in use. Please use a different email address.',
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
      ['name', 'Field must be between 1 and 60 characters long.'],
      ['emailAddress', 'Invalid email address.'],
      ['password', 'Field must be at least 6 characters long.'],
      ['confirmPassword', 'Field must be equal to password.'],
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

  const lookalikes: [string, string | undefined][] = [
    ['аdmin1234', 'Field must not mix letters of several alphabets.'],
    ['αdmin1234', 'Field must not mix letters of several alphabets.'],
    ['админ1234', undefined],
    ['ада_2030 星', undefined],
    ['Zoë星の海1234', undefined],
    ['ada\u200blove', 'Field must not contain invisible characters.'],
    ['ada\u202elove', 'Field must not contain invisible characters.'],
    ['adalovelace\u3164', 'Field must not contain invisible characters.'],
    ['adalovelace\u2800', 'Field must not contain invisible characters.'],
    ['adalove\ud800lace', 'Field must not contain invisible characters.'],
    ['ada\u200dlovelace\u200d', 'Field must not contain invisible characters.'],
    ['علی\u200cرضا-1', undefined],
    ['क्\u200dषत्रिय-1', undefined],
    ['👩\u200d🚀 ❤\ufe0f 1234', undefined],
    ['adalove\u0007', 'Field must not contain control characters.'],
    ['ada.lovelace', undefined],
    ['ada@example.com', undefined],
    ['www.evil.example', 'Field must not contain a web address.'],
    ['evil.example/win', 'Field must not contain a web address.'],
    ['http://evil1', 'Field must not contain a web address.'],
  ];
  for (const [username, message] of lookalikes) {
    it(`say ${message ?? 'nothing'} of the username ${JSON.stringify(username)}`, () => {
      expect(usernameError(username)).to.equal(message);
    });
  }

  const ADDRESS_IN_NAME =
    'Field must not contain a web or e-mail address. If it is a name, put a space after the full stop.';
  const names: [string, string | undefined][] = [
    ['Ada', undefined],
    ['x'.repeat(60), undefined],
    ['x'.repeat(61), 'Field must be between 1 and 60 characters long.'],
    ['', 'Field must be between 1 and 60 characters long.'],
    ['Maria Fernanda de Albuquerque Cavalcanti', undefined],
    ['J.R.R. Tolkien', undefined],
    ['J.R.R.Tolkien', undefined],
    ['Dr. No, Ph.D.', undefined],
    ['Conan O’Brien-Smith, Jr.', undefined],
    ['AC/DC', undefined],
    ['Zoë 星', undefined],
    ['علی\u200cرضا', undefined],
    ['WIN 900 https://evil.example', ADDRESS_IN_NAME],
    ['Free pills: www.evil.example', ADDRESS_IN_NAME],
    ['evil.example/x gives 1 BTC', ADDRESS_IN_NAME],
    ['click evil.example', ADDRESS_IN_NAME],
    ['click t.co/abc', ADDRESS_IN_NAME],
    ['click 203.0.113.7', ADDRESS_IN_NAME],
    ['write to win@evil', ADDRESS_IN_NAME],
    ['click ｅｖｉｌ．ｅｘａｍｐｌｅ', ADDRESS_IN_NAME],
    ['click evil。example', ADDRESS_IN_NAME],
    ['click пример.рф', ADDRESS_IN_NAME],
    ['click HTTP://evil', ADDRESS_IN_NAME],
    ['\u3164', 'Field must not contain invisible characters.'],
    ['Ada\u202eb', 'Field must not contain invisible characters.'],
    ['Ada\u2028b', 'Field must not contain invisible characters.'],
  ];
  for (const [name, message] of names) {
    it(`say ${message ?? 'nothing'} of the name ${JSON.stringify(name)}`, () => {
      expect(nameError(name)).to.equal(message);
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
