import { expect } from 'chai';
import type { VacationAppSpec } from '../../../../operator/api/vacation-app.ts';
import {
  namesInEnv,
  userSecretFault,
  userSecretNames,
  type UserSecret,
} from '../../../../operator/vacation-app/credentials/user-secrets.ts';
import { aCompleteApp, aUserSecret, aVacationApp } from '../../../support/vacation-app.ts';

const managed: Partial<VacationAppSpec> = { credentials: { secretName: 'mine' } };
const external: Partial<VacationAppSpec> = {
  database: {
    external: { host: 'db', name: 'travel', credentialsSecretName: 'login', tls: { caSecretName: 'authority' } },
  },
};
const uri = (user: string, host = 'milky-way-mysql:3306', database = 'vacation') =>
  `mysql://${user}:p%40ss@${host}/${database}`;
const complete = {
  db_uri: uri('web'),
  db_migration_uri: uri('migration'),
  db_root_password: 'r',
  secret_key: '0123456789abcdef',
};
const login = aUserSecret({ username: 'ada', password: 'p' });
const authority = aUserSecret({ 'ca.crt': 'PEM' });

const fault = (spec: Partial<VacationAppSpec>, own: Record<string, UserSecret>) =>
  userSecretFault(aCompleteApp({ spec }), new Map(Object.entries(own)));

describe('Secrets of the user’s own', () => {
  it('are asked for only where the spec names them', () => {
    expect(fault({}, {})).to.equal(undefined);
    expect(userSecretNames(aVacationApp())).to.deep.equal([]);
  });

  it('will do when they hold the keys that are needed, with whatever else', () => {
    expect(fault(managed, { mine: aUserSecret({ ...complete, other: 'x' }) })).to.equal(undefined);
    for (const host of ['milky-way-mysql', 'milky-way-mysql.travel', 'milky-way-mysql.travel.svc:3306']) {
      expect(fault(managed, { mine: aUserSecret({ ...complete, db_uri: uri('web', host) }) })).to.equal(undefined);
    }
    expect(fault(external, { login, authority })).to.equal(undefined);
    const key = aUserSecret({ secret_key: '0123456789abcdef' });
    expect(fault({ ...external, ...managed }, { login, authority, mine: key }), 'no URI but the key').to.equal(
      undefined,
    );
  });

  const rows: readonly [string, Partial<VacationAppSpec>, Record<string, UserSecret>, string, string][] = [
    [
      'there is none',
      managed,
      {},
      'CredentialsMissing',
      'Secret mine does not exist: create it; spec.credentials.secretName needs db_uri',
    ],
    [
      'a key is missing',
      managed,
      { mine: aUserSecret({ ...complete, secret_key: '' }) },
      'CredentialsMissing',
      'lacks secret_key',
    ],
    [
      'the key is short',
      managed,
      { mine: aUserSecret({ ...complete, secret_key: 'short' }) },
      'CredentialsInvalid',
      '16',
    ],
    [
      'a URI is none',
      managed,
      { mine: aUserSecret({ ...complete, db_uri: 'root' }) },
      'CredentialsInvalid',
      'db_uri must have the form mysql://USER:PASSWORD@milky-way-mysql:3306/vacation',
    ],
    [
      'a URI is of elsewhere',
      managed,
      { mine: aUserSecret({ ...complete, db_migration_uri: uri('m', 'other') }) },
      'CredentialsInvalid',
      'db_migration_uri',
    ],
    [
      'a URI is of another database',
      managed,
      { mine: aUserSecret({ ...complete, db_uri: uri('m', 'milky-way-mysql', 'other') }) },
      'CredentialsInvalid',
      'db_uri',
    ],
    [
      'a URI has no password',
      managed,
      { mine: aUserSecret({ ...complete, db_uri: 'mysql://a@milky-way-mysql/vacation' }) },
      'CredentialsInvalid',
      'db_uri',
    ],
    ['nobody is to log in', external, { authority }, 'CredentialsMissing', 'Secret login does not exist'],
    [
      'there is no password',
      external,
      { login: aUserSecret({ username: 'ada' }), authority },
      'CredentialsMissing',
      'lacks password',
    ],
    [
      'there is no authority',
      external,
      { login },
      'CredentialsMissing',
      'spec.database.external.tls.caSecretName needs ca.crt',
    ],
  ];
  for (const [title, spec, own, reason, says] of rows) {
    it(`are not enough when ${title}, which is said with what to do`, () => {
      const found = fault(spec, own);
      expect(found?.reason).to.equal(reason);
      expect(found?.message).to.contain(says);
      expect(found?.message, 'and never with what they hold').to.not.contain('p%40ss').and.not.contain('short');
    });
  }

  it('are also those that spec.env takes values from', () => {
    const app = aVacationApp({
      spec: {
        ...external,
        env: [
          { name: 'A', valueFrom: { secretKeyRef: { name: 'mail', key: 'url' } } },
          { name: 'B', valueFrom: { secretKeyRef: { name: 'mail', key: 'other' } } },
          { name: 'C', valueFrom: { configMapKeyRef: { name: 'settings', key: 'c' } } },
        ],
      },
    });
    expect(namesInEnv(app)).to.deep.equal(['mail']);
    expect(userSecretNames(app)).to.have.members(['login', 'authority', 'mail']);
  });
});
