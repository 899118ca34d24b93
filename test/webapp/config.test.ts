import { expect } from 'chai';
import { ConfigError, readConfig, readMigrationConfig } from '../../webapp/config.ts';

const REQUIRED = { db_uri: 'mysql://ada:p%40ss@db.example:3307/travel', secret_key: '0123456789abcdef' };

function faultsOf(env: Readonly<Record<string, string>>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('The settings of the web application', () => {
  it('need a database and a key, and have defaults for the rest', () => {
    const config = readConfig(REQUIRED);
    expect(config.database.connection).to.deep.equal({
      host: 'db.example',
      port: 3307,
      user: 'ada',
      password: 'p@ss',
      database: 'travel',
    });
    expect([config.port, config.probePort, config.demoTraveller, config.trustProxy]).to.deep.equal([
      5000,
      9090,
      false,
      false,
    ]);
    expect(config.destinations.map(({ name, capacity }) => `${name} ${capacity}`)).to.deep.equal([
      'Proxima Centauri System 5',
      'TRAPPIST-1 System 5',
      'Kepler-1649 System 5',
      "Teegarden's Star System 5",
      'Kepler-452 System 5',
    ]);
  });

  it('accept the form of db_uri that SQLAlchemy uses, and leave the port out', () => {
    const { database } = readConfig({ ...REQUIRED, db_uri: 'mysql+pymysql://root@[::1]/app' });
    expect(database.connection).to.deep.equal({ host: '::1', port: 3306, user: 'root', password: '', database: 'app' });
  });

  it('tell every fault in one message, and no secret', () => {
    const message = faultsOf({
      db_uri: 'postgres://ada:hunter2@db/travel',
      secret_key: 'short',
      PORT: '70000',
      PROBE_PORT: 'x',
      DEMO_TRAVELLER: 'maybe',
      TRUST_PROXY: 'true',
      LOG_LEVEL: 'loud',
      CAPACITY_PER_DEPARTURE: '0',
      DESTINATIONS: '[]',
      LIMIT_LOG_IN: '10',
      LIMIT_LOG_IN_ACCOUNT: '0/1h',
      LIMIT_LOG_IN_ADDRESS: 'many',
      LIMIT_PASSWORD_CHECK: '10/1w',
      LIMIT_REGISTRATION: '10/31d',
    });
    for (const name of [
      'db_uri',
      'secret_key',
      'PORT',
      'PROBE_PORT',
      'DEMO_TRAVELLER',
      'TRUST_PROXY',
      'LOG_LEVEL',
      'CAPACITY_PER_DEPARTURE',
      'DESTINATIONS',
      'LIMIT_LOG_IN',
      'LIMIT_LOG_IN_ACCOUNT',
      'LIMIT_LOG_IN_ADDRESS',
      'LIMIT_PASSWORD_CHECK',
      'LIMIT_REGISTRATION',
    ]) {
      expect(message).to.match(new RegExp(`^ {2}${name} `, 'm'));
    }
    expect(message).to.not.include('hunter2').and.not.include('short\n');
    expect(faultsOf({})).to.include('db_uri is missing').and.include('secret_key is missing');
  });

  it('limit attempts as docs/reference-webapp.md says, unless they say otherwise', () => {
    const hour = 3600;
    expect(readConfig(REQUIRED).throttling).to.deep.equal({
      logIn: { count: 10, seconds: hour },
      logInAccount: { count: 25, seconds: hour },
      logInAddress: { count: 300, seconds: hour },
      passwordCheck: { count: 10, seconds: hour },
      registration: { count: 200, seconds: hour },
      tripForms: { count: 120, seconds: hour },
      passwordResetAddress: { count: 50, seconds: hour },
      passwordReset: { count: 5, seconds: hour },
      accountChange: { count: 20, seconds: hour },
      emailChange: { count: 5, seconds: hour },
    });
    const { throttling } = readConfig({ ...REQUIRED, LIMIT_REGISTRATION: 'OFF', LIMIT_LOG_IN: '3/5m' });
    expect([throttling.registration, throttling.logIn]).to.deep.equal(['off', { count: 3, seconds: 300 }]);
  });

  it('never trust any proxy that there is', () => {
    for (const wrong of ['1.2.3', '10.0.0.0/99', ':::', '10.0.0.0/0', 'loopback, nonsense']) {
      expect(() => readConfig({ ...REQUIRED, TRUST_PROXY: wrong }), wrong).to.throw('TRUST_PROXY must be');
    }
    expect(() => readConfig({ ...REQUIRED, PORT: '5000', PROBE_PORT: '5000' })).to.throw('must differ');
    expect(readConfig({ ...REQUIRED, TRUST_PROXY: '1' }).trustProxy).to.equal(1);
    expect(readConfig({ ...REQUIRED, TRUST_PROXY: 'false' }).trustProxy).to.equal(false);
    expect(readConfig({ ...REQUIRED, TRUST_PROXY: '10.0.0.0/8, loopback' }).trustProxy).to.deep.equal([
      '10.0.0.0/8',
      'loopback',
    ]);
  });

  it('send no mail unless SMTP_URL is set, and then ask for a sender and for where links lead', () => {
    expect(readConfig({ ...REQUIRED, MAIL_FROM: 'nonsense', PUBLIC_URL: 'nonsense' }).mail).to.equal(undefined);
    const message = faultsOf({ ...REQUIRED, SMTP_URL: 'smtp://ada:hunter2@mail.example/x', SMTP_CA: 'hunter2' });
    for (const name of ['SMTP_URL', 'SMTP_CA', 'MAIL_FROM', 'PUBLIC_URL']) {
      expect(message).to.match(new RegExp(`^ {2}${name} `, 'm'));
    }
    expect(message).to.not.include('hunter2');
    const { mail } = readConfig({
      ...REQUIRED,
      SMTP_URL: 'smtps://ada:secret@mail.example',
      MAIL_FROM: 'Star Trips <trips@example.com>',
      PUBLIC_URL: 'https://trips.example.com/',
    });
    expect(mail).to.deep.equal({
      server: { host: 'mail.example', port: 465, tls: 'start', user: 'ada', password: 'secret' },
      authorities: undefined,
      from: { name: 'Star Trips', address: 'trips@example.com' },
      publicUrl: 'https://trips.example.com',
      connections: 2,
      timeoutSeconds: 20,
      intervalSeconds: 10,
      retrySeconds: 30,
      attempts: 20,
      lapseHours: 24,
      confirmationMinutes: 1440,
    });
  });

  it('of a rotation keep the previous key for what it signed', () => {
    const { secretKeys } = readConfig({ ...REQUIRED, secret_key_previous: 'an older key of ours' });
    expect(secretKeys).to.deep.equal(['0123456789abcdef', 'an older key of ours']);
  });

  const PARTS = { DB_HOST: 'db.example', DB_NAME: 'travel', DB_USER: 'ada', DB_PASSWORD: ' p@ss/% ' };

  it('take the database in parts too, the password as it is', () => {
    const { database } = readConfig({ secret_key: REQUIRED.secret_key, ...PARTS });
    expect(database.connection).to.deep.equal({
      host: 'db.example',
      port: 3306,
      user: 'ada',
      password: ' p@ss/% ',
      database: 'travel',
    });
    expect(faultsOf({ ...REQUIRED, ...PARTS })).to.include('exclude one another');
    expect(faultsOf({ DB_HOST: 'a' }))
      .to.include('DB_USER is missing')
      .and.include('DB_PASSWORD is missing')
      .and.include('DB_NAME is missing');
  });

  it('encrypt the way to the database where they are told to', () => {
    const tls = (env: object) => readConfig({ ...REQUIRED, ...env }).database.connection.tls;
    expect(tls({ DB_TLS: 'off' })).to.equal(undefined);
    expect(tls({ DB_TLS: 'required' })).to.deep.equal({ verifyIdentity: false, caFile: undefined });
    expect(tls({ DB_TLS: 'verify-identity', DB_TLS_CA_FILE: '/ca.crt' })).to.deep.equal({
      verifyIdentity: true,
      caFile: '/ca.crt',
    });
    expect(faultsOf({ ...REQUIRED, DB_TLS: 'maybe' })).to.include('DB_TLS must be one of');
    expect(faultsOf({ ...REQUIRED, DB_TLS_CA_FILE: '/ca.crt' })).to.include('DB_TLS_CA_FILE needs DB_TLS');
    for (const host of ['10.0.0.1', '[2001:db8::1]']) {
      const address = { ...REQUIRED, db_uri: `mysql://ada:p@${host}/travel` };
      expect(faultsOf({ ...address, DB_TLS: 'verify-identity' })).to.include('needs the name of the database server');
      expect(faultsOf({ ...address, DB_TLS: 'required' })).to.equal('');
    }
  });

  it('of a migration name a user of its own, where there is one', () => {
    expect(readMigrationConfig(PARTS).connection).to.include({ user: 'ada', password: ' p@ss/% ' });
    const own = { DB_MIGRATION_USER: 'eve', DB_MIGRATION_PASSWORD: 'x' };
    expect(readMigrationConfig({ ...PARTS, ...own }).connection).to.include({ user: 'eve', password: 'x' });
  });

  it('of a migration are the database and where to write the result', () => {
    const { connection, resultFile } = readMigrationConfig({ db_uri: REQUIRED.db_uri, RESULT_FILE: '/dev/null' });
    expect([connection.database, resultFile]).to.deep.equal(['travel', '/dev/null']);
  });
});
