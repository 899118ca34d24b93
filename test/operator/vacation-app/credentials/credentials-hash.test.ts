import { expect } from 'chai';
import type { VacationAppSpec } from '../../../../operator/api/vacation-app.ts';
import { credentialsHash, environmentHash } from '../../../../operator/vacation-app/credentials/credentials-hash.ts';
import type { UserSecret } from '../../../../operator/vacation-app/credentials/user-secrets.ts';
import { aCompleteApp, aDeployment, aUserSecret, aSecret } from '../../../support/vacation-app.ts';

const spec: Partial<VacationAppSpec> = {
  database: { external: { host: 'db', name: 'travel', credentialsSecretName: 'login' } },
};
const app = aCompleteApp({ spec });
const login = (password: string, isFollowed = true) => aUserSecret({ username: 'ada', password }, isFollowed);

const hash = (secret: UserSecret | undefined, deployment = aDeployment()) =>
  credentialsHash(app, { secret: aSecret(), userSecrets: new Map(secret ? [['login', secret]] : []), deployment });

/** A Deployment whose pods read that Secret and have that hash. */
const running = (annotation: string, name = 'login') =>
  aDeployment({
    spec: {
      template: {
        metadata: { annotations: { 'interstellar.dev/credentials-hash': annotation } },
        spec: {
          containers: [
            { name: 'added by a webhook' },
            { name: 'web', env: [{ name: 'DB_USER', valueFrom: { secretKeyRef: { name, key: 'username' } } }] },
          ],
        },
      },
    },
  });

describe('the hash of the credentials', () => {
  it('changes with what a followed Secret says, and says nothing of it', () => {
    expect(hash(login('a')))
      .to.equal(hash(login('a')))
      .and.not.equal(hash(login('b')));
    expect(hash(login('a'), running(hash(login('a')))), 'whatever the pods have').to.equal(hash(login('a')));
    expect(hash(login('b'), running(hash(login('a'))))).to.equal(hash(login('b')));
    expect(hash(login('a'))).to.match(/^[0-9a-f]{10}\.[0-9a-f]{10}$/);
  });

  it('stays for a Secret that is not followed, and when it comes to be followed with the same content', () => {
    const pods = running(hash(login('a')));
    expect(hash(login('b', false), pods)).to.equal(hash(login('a')));
    expect(hash(login('a', true), pods)).to.equal(hash(login('a')));
    expect(hash(undefined, pods), 'or is gone').to.equal(hash(login('a')));
  });

  it('is of the content where the pods read another Secret', () => {
    expect(hash(login('b', false), running(hash(login('a')), 'other'))).to.equal(hash(login('b')));
  });

  it('follows the generated Secret beside one that is not followed', () => {
    const pods = running(hash(login('a')));
    const rotated = {
      secret: aSecret({ data: { secret_key: 'bmV3' } }),
      userSecrets: new Map([['login', login('b', false)]]),
    };
    const [key, kept] = credentialsHash(app, { ...rotated, deployment: pods }).split('.');
    const [before, same] = hash(login('a')).split('.');
    expect(kept).to.equal(same);
    expect(key).to.not.equal(before);
  });

  it('of spec.env is there where a Secret of it is followed, and counts the keys that it takes', () => {
    const withMail = aCompleteApp({
      spec: { env: [{ name: 'SMTP_URL', valueFrom: { secretKeyRef: { name: 'mail', key: 'url' } } }] },
    });
    const of = (secret: UserSecret) => environmentHash(withMail, { userSecrets: new Map([['mail', secret]]) });
    expect(of(aUserSecret({ url: 'a' }, false))).to.equal(undefined);
    expect(of(aUserSecret({ url: 'a', other: 'x' }))).to.equal(of(aUserSecret({ url: 'a', other: 'y' })));
    expect(of(aUserSecret({ url: 'a' }))).to.not.equal(of(aUserSecret({ url: 'b' })));
  });
});
