import { expect } from 'chai';
import { isFromLoopback, isKnownHost } from '../../../../operator/status-page/access/hosts.ts';

describe('the host names of the status page', () => {
  for (const [host, isKnown] of [
    ['localhost', true],
    ['localhost:8082', true],
    ['LOCALHOST:8082', true],
    ['127.0.0.1:8082', true],
    ['[::1]:8082', true],
    ['status.example.com', true],
    ['Status.Example.com:443', true],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example:8082', false],
    ['evil.example#localhost', false],
    ['10.0.0.7:8082', false],
    ['', false],
    [undefined, false],
  ] as const) {
    it(`${isKnown ? 'have' : 'do not have'} ${host ?? 'no name'}`, () => {
      expect(isKnownHost(host, ['status.example.com'])).to.equal(isKnown);
    });
  }
});

describe('a request from loopback', () => {
  const request = (headers: Record<string, string>, remoteAddress: string, localAddress = remoteAddress): never =>
    ({ headers, socket: { remoteAddress, localAddress } }) as never;
  const host = 'localhost:8082';

  for (const [title, asked, isLocal] of [
    ['over IPv4', request({ host }, '127.0.0.1'), true],
    ['over IPv4 of a socket for both', request({ host }, '::ffff:127.0.0.1'), true],
    ['over IPv6', request({ host }, '::1'), true],
    ['that names another host', request({ host: 'status.example.com' }, '127.0.0.1'), false],
    ['from another pod', request({ host }, '10.0.0.9', '10.0.0.7'), false],
    ['that a sidecar hands on from its own address', request({ host }, '127.0.0.6', '10.0.0.7'), false],
    ['that arrived at the address of the pod', request({ host }, '127.0.0.1', '10.0.0.7'), false],
    ['that a proxy has forwarded', request({ host, 'x-forwarded-for': '10.0.0.9' }, '127.0.0.1'), false],
    ['that a mesh has forwarded', request({ host, 'x-envoy-attempt-count': '1' }, '127.0.0.1'), false],
  ] as const) {
    it(`is ${isLocal ? 'one' : 'not one'} ${title}`, () => {
      expect(isFromLoopback(asked)).to.equal(isLocal);
    });
  }
});
