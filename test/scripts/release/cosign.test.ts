import { expect } from 'chai';
import { signing, verifying } from '../../../scripts/release/cosign.ts';

describe('signing', () => {
  it('with a key writes nothing to a public log', () => {
    const how = { signer: { key: 'keys/cosign.key' }, plainHttp: false };
    expect(signing(how)).to.include.members(['--key', 'keys/cosign.key', '--tlog-upload=false']);
    expect(verifying(how)).to.deep.equal(['--key', 'keys/cosign.pub', '--insecure-ignore-tlog=true']);
  });

  it('without a key uses the log, and is verified by exactly the workflow that signed', () => {
    const how = {
      signer: { identity: 'https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1' },
      plainHttp: false,
    };
    expect(signing(how)).to.deep.equal(['--yes']);
    expect(verifying(how)).to.deep.equal([
      '--certificate-identity',
      'https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1',
      '--certificate-oidc-issuer',
      'https://token.actions.githubusercontent.com',
    ]);
  });

  it('speaks HTTP to a registry only where that is asked for', () => {
    const signer = { key: 'cosign.key' };
    for (const args of [signing, verifying]) {
      expect(args({ signer, plainHttp: true })).to.include('--allow-http-registry');
      expect(args({ signer, plainHttp: false })).not.to.include('--allow-http-registry');
    }
  });
});
