import { expect } from 'chai';
import { TerminalError } from '../../../../operator/runtime/queue/errors.ts';
import {
  credentialKeysOf,
  credentialsOf,
  credentialsSecret,
  randomText,
} from '../../../../operator/vacation-app/credentials/credentials.ts';
import { aCompleteApp, aSecret } from '../../../support/vacation-app.ts';

const app = aCompleteApp();
const never = (): never => {
  throw new Error('nothing is generated here');
};
const fault = (work: () => unknown): TerminalError => {
  try {
    work();
  } catch (error) {
    if (error instanceof TerminalError) return error;
  }
  throw new Error('it was to be refused');
};

describe('the credentials', () => {
  it('are generated where there were none, each from its own random bytes', () => {
    let count = 0;
    const data = credentialsOf(app, undefined, false, (bytes) => `r${String((count += 1))}-${String(bytes)}`);
    const plain = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
    expect(plain).to.deep.equal({
      db_uri: 'mysql://vacation:r1-24@milky-way-mysql:3306/vacation',
      db_migration_uri: 'mysql://vacation_migration:r2-24@milky-way-mysql:3306/vacation',
      db_root_password: 'r3-24',
      secret_key: 'r4-48',
    });
  });

  it('are kept as they are; what else the Secret holds is somebody else’s', () => {
    const { data } = aSecret();
    const existing = { ...aSecret(), data: { ...data, secret_key_previous: 'eA==' } };
    for (const hasVolume of [true, false]) {
      expect(credentialsOf(app, existing, hasVolume, never)).to.deep.equal(data);
    }
  });

  for (const key of credentialKeysOf(app)) {
    it(`are refused without ${key}, and not made up`, () => {
      const existing = aSecret();
      existing.data = { ...existing.data, [key]: '' };
      const { reason, message } = fault(() => credentialsOf(app, existing, false, never));
      expect(reason).to.equal('CredentialsInvalid');
      expect(message).to.contain(key).and.contain('milky-way-credentials');
    });
  }

  it('advise to delete the volume only where its passwords are missing', () => {
    const external = { host: 'db.example.com', name: 'travel', credentialsSecretName: 'login' };
    const messageWithout = (key: string, spec: Parameters<typeof aCompleteApp>[0] = {}): string => {
      const data = { ...aSecret().data, [key]: '' };
      return fault(() => credentialsOf(aCompleteApp(spec), aSecret({ data }), true, never)).message;
    };
    expect(messageWithout('db_root_password')).to.contain('PersistentVolumeClaim data-milky-way-mysql-0');
    const newKey = 'set any random text of at least 16 characters';
    for (const spec of [{}, { spec: { database: { external } } }]) {
      expect(messageWithout('secret_key', spec))
        .to.contain(newKey)
        .and.not.match(/delete|PersistentVolumeClaim/);
    }
  });

  it('are never generated anew while there is a volume', () => {
    const { reason, message } = fault(() => credentialsOf(app, undefined, true, never));
    expect(reason).to.equal('CredentialsLost');
    expect(message).to.contain('data-milky-way-mysql-0').and.contain('milky-way-credentials');
  });

  it('are long enough, differ, and need no escape anywhere', () => {
    const texts = Array.from({ length: 50 }, () => randomText(24));
    expect(new Set(texts)).to.have.property('size', 50);
    for (const text of texts) expect(text).to.match(/^[\w-]{32}$/);
  });

  it('stand in a Secret without an owner, which outlives the app', () => {
    const { metadata, type } = credentialsSecret(app, {});
    expect([metadata?.name, type]).to.deep.equal(['milky-way-credentials', 'Opaque']);
    expect(metadata).to.not.have.property('ownerReferences');
  });
});
