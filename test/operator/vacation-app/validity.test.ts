import { expect } from 'chai';
import { Validity } from '../../../operator/vacation-app/validity.ts';
import { aVacationApp } from '../../support/vacation-app.ts';

const at = (time: string): Date => new Date(`2026-03-01T${time}Z`);

describe('what is wrong with an app', () => {
  it('is looked for once for each generation of it', () => {
    let looks = 0;
    const validity = new Validity(() => `fault ${(looks += 1)}`);
    const next = aVacationApp({ metadata: { generation: 2 } });
    expect([aVacationApp(), aVacationApp(), next].map((app) => validity.faultOf(app))).to.deep.equal([
      'fault 1',
      'fault 1',
      'fault 2',
    ]);
    validity.forget('travel/milky-way');
    expect(validity.faultOf(next)).to.equal('fault 3');
  });

  it('is news again before the API server forgets the event that told it', () => {
    const validity = new Validity(() => 'spec.env: must be of type array');
    const isNews = (time: string): boolean => validity.isNews(aVacationApp(), at(time));
    expect(['12:00:00', '12:00:30', '12:29:59', '12:30:00', '12:30:30'].map(isNews)).to.deep.equal([
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(isNews('11:00:00'), 'a clock that was set back tells nothing').to.equal(true);
    expect(validity.isNews(aVacationApp({ metadata: { generation: 2 } }), at('11:00:01'))).to.equal(true);
  });
});
