import { expect } from 'chai';
import {
  atRevision,
  LATEST_REVISION,
  type TemplateRevision,
} from '../../../../operator/vacation-app/children/templates.ts';
import { aCompleteApp } from '../../../support/vacation-app.ts';

const app = aCompleteApp();
const revisions: readonly TemplateRevision[] = [
  {},
  { webSettings: (settings) => ({ ...settings, NEW: 'default' }) },
  { mysql: (pod) => ({ ...pod, hostname: 'mysql' }), webSettings: (settings) => ({ ...settings, NEW: 'other' }) },
];
const settings = (revision: number) => atRevision(revision, 'webSettings', { PORT: '5000' }, app, revisions);

describe('revisions of what the operator writes into pods and their settings', () => {
  it('leave what was made by an older operator as it was, a new default setting among it', () => {
    expect(settings(1)).to.deep.equal({ PORT: '5000' });
    expect(settings(2)).to.deep.equal({ PORT: '5000', NEW: 'default' });
    expect(settings(3)).to.deep.equal({ PORT: '5000', NEW: 'other' });
    expect(atRevision(2, 'mysql', { containers: [] }, app, revisions)).to.deep.equal({ containers: [] });
  });

  it('give web pods the CPU request that the autoscaler needs, where the spec says nothing of CPU', () => {
    const requested = (resources: object | undefined, name = 'web', revision = LATEST_REVISION) => {
      const pod = { containers: [{ name, ...(resources === undefined ? {} : { resources }) }] };
      return atRevision(revision, 'web', pod, app).containers[0]?.resources?.requests;
    };
    const memory = { memory: '300Mi' };
    expect(requested({ limits: memory })).to.deep.equal({ cpu: '100m' });
    expect(requested({ requests: memory, limits: memory })).to.deep.equal({ ...memory, cpu: '100m' });
    expect(requested(undefined)).to.deep.equal({ cpu: '100m' });
    expect(requested({ requests: { cpu: '1' } })).to.deep.equal({ cpu: '1' });
    expect(requested({ limits: { cpu: '1' } }), 'Kubernetes requests as much as the limit').to.equal(undefined);
    expect(requested({ requests: { cpu: '0' } }), 'no request').to.deep.equal({ cpu: '100m' });
    const low = { requests: { cpu: '0' }, limits: { cpu: '50m' } };
    expect(requested(low), 'never above the limit').to.deep.equal({ cpu: '50m' });
    expect(requested({ limits: memory }, 'migrate'), 'no autoscaler looks at Jobs').to.equal(undefined);
    expect(requested({ limits: memory }, 'web', 3), 'pods of an older operator').to.equal(undefined);
  });
});
