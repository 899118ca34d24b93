import { expect } from 'chai';
import { platformOf } from '../../../operator/vacation-app/platform.ts';

describe('the platform', () => {
  for (const [setting, isOpenShift, podIds, dnsPorts] of [
    ['Discovered', false, 'Managed', [53]],
    ['Discovered', true, 'Platform', [53, 5353]],
    ['Managed', true, 'Managed', [53, 5353]],
    ['Managed', false, 'Managed', [53, 5353]],
    ['Platform', false, 'Platform', [53, 5353]],
  ] as const) {
    it(`leaves ids to ${podIds} with ${setting}, ${isOpenShift ? 'on' : 'without'} OpenShift`, () => {
      expect(platformOf(setting, isOpenShift)).to.deep.equal({ podIds, dnsPorts });
    });
  }
});
