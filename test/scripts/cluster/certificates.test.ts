import { expect } from 'chai';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { createAuthority, createSigningKey, issue } from '../../../scripts/cluster/certificates.ts';

describe('certificates of a test cluster', () => {
  const authority = createAuthority('ca');

  it('are signed by their authority, and by no other', () => {
    const ca = new X509Certificate(authority.certificate);
    const issued = new X509Certificate(issue(authority, { commonName: 'admin' }).certificate);
    expect(ca.ca).to.equal(true);
    expect(issued.ca).to.equal(false);
    expect(issued.checkIssued(ca)).to.equal(true);
    expect(issued.verify(ca.publicKey)).to.equal(true);
    expect(issued.verify(createPublicKey(createAuthority('ca').key))).to.equal(false);
  });

  it('name the user and the group that Kubernetes reads from them', () => {
    const pair = issue(authority, { organization: 'system:masters', commonName: 'admin' });
    expect(new X509Certificate(pair.certificate).subject).to.equal('O=system:masters\nCN=admin');
  });

  it('are valid now, for a year', () => {
    const { validFromDate, validToDate } = new X509Certificate(authority.certificate);
    expect(validFromDate.getTime()).to.be.lessThan(Date.now());
    expect((validToDate.getTime() - Date.now()) / 86_400_000).to.be.closeTo(365, 1);
  });

  it('hold for the names and addresses that they were made for', () => {
    const pair = issue(authority, { commonName: 'server', hosts: ['kubernetes.default.svc', '10.96.0.1'] });
    const certificate = new X509Certificate(pair.certificate);
    expect(certificate.checkHost('kubernetes.default.svc')).to.equal('kubernetes.default.svc');
    expect(certificate.checkHost('elsewhere')).to.equal(undefined);
    expect(certificate.checkIP('10.96.0.1')).to.equal('10.96.0.1');
    expect(certificate.checkIP('10.96.0.2')).to.equal(undefined);
  });

  it('let two ends of a connection know one another', async () => {
    const serverPair = issue(authority, { commonName: 'server', hosts: ['127.0.0.1'] });
    const clientPair = issue(authority, { commonName: 'client' });
    const server = createServer(
      {
        key: serverPair.key,
        cert: serverPair.certificate,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket) => socket.end(socket.getPeerX509Certificate()?.subject ?? 'nobody'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect({
      host: '127.0.0.1',
      port,
      ca: authority.certificate,
      key: clientPair.key,
      cert: clientPair.certificate,
    });
    const [heard] = (await once(client, 'data')) as [Buffer];
    client.destroy();
    server.close();
    expect(heard.toString()).to.equal('CN=client');
  });

  it('give service account tokens a key pair that belongs together', () => {
    const { key, publicKey } = createSigningKey();
    expect(createPublicKey(key).export({ type: 'spki', format: 'pem' })).to.equal(publicKey);
  });
});
